"""The area's doors: periods with their plans, samples, findings, the trail."""

from typing import Final

from flask import Flask
from flask_admin import Admin

from admin.auditing import findings, numbers, plans, samples
from admin.auditing.course import period, records  # noqa: F401 - records stands on period's
from admin.auditing.findings import Findings
from admin.auditing.periods import Periods
from admin.auditing.plans import Plans
from admin.auditing.trail import TrailEntries
from admin.auditing.waits import counts, waits
from admin.frame.doors import Area, Door
from admin.frame.offered import Act
from audit.draw.named import draw_name
from govern.core.wording import Wording
from govern.rules.actor import Role

DOORS: Final = (
    Door(
        "periods.index_view",
        Wording("稽核期別", "Periods"),
        roles=frozenset({Role.AUDITOR, Role.HEAD, Role.APPROVER}),
        order=32,
        also=("period", "plans", "plan", "number"),
        says=Periods.lede,
    ),
    Door(
        "sample.queue",
        Wording("樣本查核", "Samples"),
        roles=frozenset({Role.AUDITOR}),
        order=33,
        says=Wording(
            "逐筆判定抽中的查調：誰、為什麼、依哪條規則、看到了什麼。",
            "Judge each sampled look-up: who, why, by which rule, and what was seen.",
        ),
    ),
    Door(
        "findings.index_view",
        Wording("缺失", "Findings"),
        roles=frozenset({Role.AUDITOR, Role.HEAD, Role.SUPERVISOR, Role.CLERK}),
        order=34,
        also=("finding",),
        says=Findings.lede,
    ),
    Door("trail.index_view", Wording("軌跡", "Trail"), order=80, says=TrailEntries.lede),
)

ACTS: Final = (Act(Wording("訂定稽核計畫", "Make an audit plan"), "plan.new", "plus"),)


def _register(app: Flask, console: Admin) -> None:
    for part in (plans, numbers, period, samples, findings):
        app.register_blueprint(part.pages)
    app.jinja_env.globals["draw_name"] = draw_name
    console.add_view(Plans("plans", "/plans"))
    console.add_view(Periods("periods", "/periods"))
    console.add_view(Findings("findings", "/findings"))
    console.add_view(TrailEntries("trail", "/trail"))


AREA: Final = Area("auditing", _register, doors=DOORS, waits=waits, counts=counts, acts=ACTS)
