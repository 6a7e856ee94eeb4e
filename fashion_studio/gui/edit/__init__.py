"""The edit workspace: a garment's attributes changed, region by region, and the stack of these edits."""
