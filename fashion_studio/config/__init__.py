"""Settings and shipped resources as data."""
