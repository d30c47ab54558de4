"""The area's doors: the trail."""

from typing import Final

from flask import Flask
from flask_admin import Admin

from admin.auditing.trail import TrailEntries
from admin.frame.doors import Area, Door
from govern.core.wording import Wording

DOORS: Final = (Door("trail.index_view", Wording("軌跡", "Trail"), order=80, says=TrailEntries.lede),)


def _register(_app: Flask, console: Admin) -> None:
    console.add_view(TrailEntries("trail", "/trail"))


AREA: Final = Area("auditing", _register, doors=DOORS)
