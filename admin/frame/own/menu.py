"""The area of what is each person's own: no door in the bar, but the person's menu; and the words, notices and guides."""

from collections.abc import Sequence
from typing import Final

from flask import Flask
from flask_admin import Admin

from admin.frame.actor import visitor
from admin.frame.doors import Area, door_to
from admin.frame.offered import Act
from admin.frame.own import told
from admin.frame.own.ask_whom import ask_whom
from admin.frame.own.glossary import HEADINGS, WORDS, Word
from admin.frame.own.guides import GUIDES, Step
from admin.frame.own.pages import pages
from govern.core.wording import Wording
from govern.rules.actor import Role


def install(app: Flask) -> None:
    """Templates can show notices, words, guides not read yet, and whom to ask."""
    told.install(app)
    app.jinja_env.globals.update(word_of=word_of, word_heading=HEADINGS.get, guides_now=guides_now, ask_whom=ask_whom)


def word_of(name: str) -> Word:
    """A word of the trade; a template that names another is wrong and fails."""
    return WORDS[name]


def guides_now() -> list[tuple[Role, Sequence[Step]]]:
    """The guides of the visitor's roles that were not put away yet, steps without their page left out."""
    found = visitor()
    if found is None:
        return []
    return [
        (role, [step for step in steps if door_to(step.endpoint, **step.values)])
        for role, steps in GUIDES.items()
        if role in found.actor.roles and role.value not in found.guides_read
    ]


def _register(app: Flask, _console: Admin) -> None:
    app.register_blueprint(pages)


ACTS: Final = (
    Act(Wording("我的設定", "My settings"), "own.show"),
    Act(Wording("名詞說明", "Words"), "own.words", "info"),
)
AREA: Final = Area("own", _register, acts=ACTS)
