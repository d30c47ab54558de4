"""Names found by parts of them, through an index of our own that is the same on both databases."""
