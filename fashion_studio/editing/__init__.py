"""Attribute edits by region: a generator, masks, stacks of edits at any size."""
