"""What the catalogue holds beside case items, kept by those it belongs to."""
