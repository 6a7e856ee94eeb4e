"""The project database and its journal. The only room that knows SQL."""
