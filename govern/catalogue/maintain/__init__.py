"""Agencies, data items, laws and sources kept in the console, each by those it belongs to."""
