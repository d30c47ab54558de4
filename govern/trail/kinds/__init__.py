"""The catalogue of events: one frozen dataclass each; fields are only ever added, with a default."""
