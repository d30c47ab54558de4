"""The signed record of a look-up."""
