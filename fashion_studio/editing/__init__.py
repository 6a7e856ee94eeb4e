"""Attribute edits by region; the generator of the edit workspace moves in here."""
