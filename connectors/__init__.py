"""Reach out: a library that knows sources, and nothing of clerks, rights or the database."""
