"""Data owners and operators: the catalogue."""
