"""What has no word of the trade in it."""
