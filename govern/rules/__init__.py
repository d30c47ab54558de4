"""The rulebook: pure values and functions, no clock, no database, no network."""
