"""Edits of photos as use cases: stacks that are kept, edited photos, bulk edits, photos that look alike."""
