"""Every control of the window, painted once from the theme and reused by all workspaces."""
