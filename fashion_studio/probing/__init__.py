"""The texture and shape probe moves in here."""
