"""The audit: population, draw, verdicts, sign-off."""
