"""Measure: each figure beside its peer in the same interleaved run (`python -m bench`)."""
