"""Frozen records, vocabularies, geometry and the error tree. numpy only."""
