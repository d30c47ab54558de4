"""The verifiable log: sequence, integrate, publish."""
