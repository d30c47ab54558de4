"""Identifiers of people, firms, land and vehicles: normalise, check, show. The one door is `kinds`."""
