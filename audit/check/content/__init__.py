"""What the sorts of records say: held against the log on one side and against their own page on the other."""
