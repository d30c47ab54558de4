"""What may be asked, for what, by whom."""
