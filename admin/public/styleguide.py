"""Every piece of the console with its states, on one page: for whoever builds a page, and for tests that look at them all.

The route is there only in a demonstration whose settings ask for it; elsewhere nothing answers at its address. The page
holds examples alone: everything in it is invented (虛構).
"""

from datetime import timedelta
from typing import Final

from flask import Blueprint, Flask, render_template
from flask_admin import Admin

from admin.frame import display
from admin.frame.doors import Area
from govern.core import clock
from govern.core.settings import Settings
from govern.core.wording import Wording

pages = Blueprint("styleguide", __name__)

COLOURS: Final = (
    ("paper", Wording("紙", "Paper")),
    ("canvas", Wording("底", "Canvas")),
    ("sunken", Wording("凹", "Sunken")),
    ("line", Wording("細線", "Line")),
    ("edge", Wording("邊", "Edge")),
    ("ink", Wording("墨", "Ink")),
    ("ink2", Wording("墨2", "Ink 2")),
    ("ink3", Wording("墨3", "Ink 3")),
    ("accent", Wording("主色", "Accent")),
    ("accent-tint", Wording("主色底", "Accent tint")),
    ("ok", Wording("成", "Done")),
    ("wait", Wording("候", "Waiting")),
    ("bad", Wording("誤", "Wrong")),
    ("ok-tint", Wording("成底", "Done tint")),
    ("wait-tint", Wording("候底", "Waiting tint")),
    ("bad-tint", Wording("誤底", "Wrong tint")),
)
STATES: Final = (
    (Wording("案件項目", "Case item"), display.CASE_ITEM_STATES),
    (Wording("查調工作", "Task"), display.TASK_STATES),
    (Wording("稽核期別", "Period"), display.PERIOD_STATES),
    (Wording("樣本", "Sample"), display.SAMPLE_STATES),
    (Wording("缺失", "Finding"), display.FINDING_STATES),
)
CONFLICT_LABEL: Final = Wording("英文名稱", "English name")
# Names that few fonts hold: what cannot be drawn here would be a box (U+20BB7, U+3402, U+2598C, U+2A8C6, U+2CE93).
RARE_NAMES: Final = ("𠮷山川", "㐂久子", "𥦌雨", "𪣆仁", "𬺓民")


def is_wanted(settings: Settings) -> bool:
    """Whether this installation shows the page: a demonstration that is asked to."""
    return settings.styleguide and settings.demonstration


@pages.get("/styleguide")
def show() -> str:
    """All pieces, each with its states."""
    now = clock.now()
    moments = {"now": now, "before": now - timedelta(minutes=12), "earlier": now - timedelta(days=2)}
    return render_template(
        "styleguide/page.html",
        colours=COLOURS,
        states=STATES,
        rare_names=RARE_NAMES,
        moments=moments,
        conflict_label=CONFLICT_LABEL,
    )


def _register(app: Flask, _console: Admin) -> None:
    app.register_blueprint(pages)


AREA: Final = Area("styleguide", _register)
