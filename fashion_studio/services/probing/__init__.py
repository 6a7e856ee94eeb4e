"""Probing as a job: freezing it, doing it, reading what it finds, and telling it as pages and tables."""
