"""What each simulated register says about a key, category by category, out of the invented town (虛構)."""
