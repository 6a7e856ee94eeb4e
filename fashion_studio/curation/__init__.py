"""Queues, label errors, duplicates, agreement and statistics move in here."""
