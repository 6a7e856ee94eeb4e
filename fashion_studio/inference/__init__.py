"""Loaded models, batching, one-pass predictions with class activation maps."""
