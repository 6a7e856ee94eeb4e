"""The window: all of PySide6 and only PySide6."""
