"""What every sheet shares."""
