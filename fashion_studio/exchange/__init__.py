"""One module per file format, streaming: memory does not grow with the number of photos."""
