"""The decision point: gather the facts, ask the rulebook, explain."""
