"""The signed record of a period: from gathered facts to the file."""
