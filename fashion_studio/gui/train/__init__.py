"""The train workspace: what is trained, how it goes, which model is used."""
