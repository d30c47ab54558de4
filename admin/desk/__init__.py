"""Clerks: ask, follow, read the answer, one's own look-ups."""
