"""Auditors: the trail."""
