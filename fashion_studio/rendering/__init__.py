"""Procedural garments with exact ground truth."""
