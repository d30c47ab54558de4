"""The catalogue as files say it: what they may hold, how they are read and checked, and how rows become files again."""
