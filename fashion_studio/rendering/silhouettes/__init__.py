"""The cuts of the garments, one module per family."""
