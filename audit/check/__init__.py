"""The stranger's checker: stands alone, no database, none of our settings."""
