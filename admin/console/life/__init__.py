"""A case item's life on pages: draft, propose, approve, letter, stop, versions side by side."""
