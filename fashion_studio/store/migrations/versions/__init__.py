"""One module per version, named v0001_…, each run in one transaction."""
