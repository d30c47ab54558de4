"""Secrets at rest: whose key opens what."""
