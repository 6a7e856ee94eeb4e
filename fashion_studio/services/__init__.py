"""Use cases, one verb each; each write returns what changed."""
