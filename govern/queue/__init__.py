"""Work in the background: once, in time, or handed on."""
