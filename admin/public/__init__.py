"""Everybody's pages: no log-in."""
