"""Prove and review."""
