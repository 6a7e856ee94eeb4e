"""The look: one table of roles, one scale of type and space, fonts, icons. No colour is named elsewhere."""
