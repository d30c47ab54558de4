"""Coming in: log-in, log-out, password, and the agency acted for."""
