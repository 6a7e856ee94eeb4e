"""One module per file format, streaming in and out."""
