"""What all forms share: days as people type them, checks while typing, pickers, and forms that are kept for the day."""
