"""A period's course: its seven steps and its record."""
