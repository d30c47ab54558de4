"""What happened: written once, in the transaction that made it happen."""
