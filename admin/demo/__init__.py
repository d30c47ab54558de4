"""The demonstration: the worked examples, played through the same use cases and the real queue."""
