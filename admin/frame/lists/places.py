"""The lists of the console by their names, for what all of them share; a list that is not open to somebody is not there."""

from collections.abc import Mapping
from typing import Any, Final

from flask import Flask, current_app

from admin.frame.permission import Rule, rule_of
from govern.core.errors import NotFound
from govern.rules.actor import Actor

NAME: Final = "govern_lists"


def install(app: Flask, table: Mapping[str, Rule]) -> None:
    """The lists of this application are opened by the rules of its table."""
    app.extensions[NAME] = table


def view_at(place: str, actor: Actor) -> Any:
    """The view behind a list's name; `NotFound` where there is none, or none for this actor."""
    rule = rule_of(current_app.extensions[NAME], "GET", f"{place}.index_view")
    (console,) = current_app.extensions["admin"]
    found = next((view for view in console._views if view.endpoint == place and hasattr(view, "listing")), None)
    if found is None or rule is None or not rule.permits(actor):
        raise NotFound
    return found


def may_write(place: str, actor: Actor) -> bool:
    """Whether the actor may have the list as a file."""
    rule = rule_of(current_app.extensions[NAME], "POST", f"{place}.export")
    return rule is not None and rule.permits(actor)
