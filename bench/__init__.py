"""Measurements: each module prints JSON lines {"name", "value", "unit", "target"} for `make bench`."""
