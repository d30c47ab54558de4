"""How kinds of entry are marked on screen: an icon, and a colour for what was refused or went wrong; else a sheet of paper."""

from collections.abc import Mapping
from typing import Final

KIND_STATES: Final[Mapping[str, tuple[str, str]]] = {
    "asked": ("to", ""),
    "denied": ("denied", "bad"),
    "about_to_ask": ("to", ""),
    "answered": ("done", ""),
    "attempt_failed": ("again", "wait"),
    "failed": ("warning", "bad"),
    "unknown": ("unknown", "wait"),
    "expired": ("dash", ""),
    "cancelled": ("cross", ""),
    "shown": ("eye", ""),
    "revealed": ("eye", ""),
    "destroyed": ("cross", ""),
    "signed_on": ("person", ""),
    "sign_on_failed": ("warning", "bad"),
    "session_ended": ("out", ""),
    "person_made": ("person", ""),
    "password_changed": ("lock", ""),
    "granted": ("check", ""),
    "right_ended": ("dash", ""),
    "role_given": ("check", ""),
    "role_taken": ("dash", ""),
    "refused_request": ("denied", "bad"),
    "trail_searched": ("search", ""),
    "suspended": ("paused", "wait"),
    "resumed": ("check", ""),
    "set_up": ("mark", ""),
}
