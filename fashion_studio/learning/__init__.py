"""Data sets, losses, metrics and training recipes, run through Lightning."""
