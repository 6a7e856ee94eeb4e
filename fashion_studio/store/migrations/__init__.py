"""Alembic's environment and the steps from each version of the database to the next."""
