"""Picks window or command line."""
