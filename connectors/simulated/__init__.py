"""Agencies on loopback that speak the real protocols, for the demonstration and the tests."""
