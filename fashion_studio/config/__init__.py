"""Settings as data, and where the program's own files lie."""
