"""The palette: one place to type where one wants to go."""
