"""Freeze and draw: what is audited, the population of a month, and the sample that nobody chose."""
