"""The library: a grid of every photo, filters with counts, and acts on many at once."""
