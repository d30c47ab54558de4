"""How sources are spoken to: the five kinds, each its protocol and nothing else, and what they share."""
