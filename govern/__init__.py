"""Decide and remember."""
