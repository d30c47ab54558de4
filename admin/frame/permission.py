"""Who may open a page: every route's rule, in one table.

A line is `"METHOD endpoint": RULE`. The application does not start when a route has no line or a line no route, so that
nothing opens by being forgotten (SECURITY.md, promise 5). A rule says who may knock; what is seen inside is the room's
scope. HEAD goes by GET's rule. Each area has its own part of the table; a new page is one line in it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from flask import Flask

from govern.core.errors import WrongSetting
from govern.core.wording import Wording
from govern.rules.actor import Actor, Role


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may open a route. `code` is what the entry of a refusal names."""

    code: str
    needs_sign_on: bool = True
    roles: frozenset[Role] | None = None
    before_new_password: bool = False  # open to somebody whose password must be changed first
    is_activity: bool = True  # a page that asks by itself keeps no session alive
    is_open_data: bool = False  # the same for everybody and of no person: the page says how long caches may keep it
    needs_token: bool = True  # not where a form changes nothing and reads no log-in: a forged one could do nothing

    def permits(self, actor: Actor | None) -> bool:
        """Whether this actor, or nobody, may open the route."""
        if not self.needs_sign_on:
            return True
        if actor is None:
            return False
        return self.roles is None or actor.holds(*self.roles)


def held_by(code: str, *roles: Role) -> Rule:
    """The route opens for whoever holds one of these roles at the agency acted for."""
    return Rule(code, roles=frozenset(roles))


PUBLIC: Final = Rule("public", needs_sign_on=False, before_new_password=True)
STATELESS: Final = Rule("stateless", needs_sign_on=False, before_new_password=True, needs_token=False)
OPEN_DATA: Final = Rule("public", needs_sign_on=False, before_new_password=True, is_open_data=True)
SIGNED_IN: Final = Rule("signed_in")
LOOKS_AT_OWN: Final = Rule("signed_in", is_activity=False)
OWN_SESSION: Final = Rule("own_session", before_new_password=True)
WORKS_HERE: Final = held_by("works_here", *Role)
CLERK: Final = held_by("clerk", Role.CLERK)
SEES_LOOKUPS: Final = held_by(
    "sees_lookups", Role.CLERK, Role.SUPERVISOR, Role.HEAD, Role.AUDITOR, Role.DRAFTER, Role.APPROVER
)
# A page that looks for news by itself is no sign of a person (DESIGN.md, Sessions and answers).
LOOKS_BY_ITSELF: Final = Rule("sees_lookups", roles=SEES_LOOKUPS.roles, is_activity=False)
DRAFTER: Final = held_by("drafter", Role.DRAFTER)
APPROVER: Final = held_by("approver", Role.APPROVER)
STOPS: Final = held_by("stops", Role.APPROVER, Role.DRAFTER, Role.OPERATOR)
AUDITS: Final = held_by("audits", Role.AUDITOR)
AUDITS_OR_HEADS: Final = held_by("audits_or_heads", Role.AUDITOR, Role.HEAD)
HEADS: Final = held_by("heads", Role.HEAD)
MAKES_PLANS: Final = held_by("makes_plans", Role.APPROVER, Role.HEAD)
SEES_AUDITS: Final = held_by("sees_audits", Role.AUDITOR, Role.HEAD, Role.APPROVER)
LOOKS_AT_RECORDS: Final = Rule("sees_audits", roles=SEES_AUDITS.roles, is_activity=False)
ANSWERS_AUDITORS: Final = held_by("answers_auditors", Role.CLERK, Role.SUPERVISOR)
SEES_RIGHTS: Final = held_by("sees_rights", Role.CLERK, Role.SUPERVISOR, Role.HEAD, Role.AUDITOR)
SEES_PEOPLE: Final = held_by("sees_people", Role.SUPERVISOR, Role.HEAD, Role.AUDITOR)
GRANTS: Final = held_by("grants", Role.SUPERVISOR)
KEEPS_AGENCIES: Final = held_by("keeps_agencies", Role.SUPERVISOR, Role.HEAD, Role.OPERATOR)
KEEPS_THE_TREE: Final = held_by("keeps_the_tree", Role.OPERATOR)
TELLS_EVERYBODY: Final = held_by("tells_everybody", Role.OPERATOR)
KEEPS_LAWS: Final = held_by("keeps_laws", Role.DRAFTER, Role.OPERATOR)
KEEPS_OWN_DATA: Final = held_by("keeps_own_data", Role.APPROVER)
SEES_SOURCES: Final = held_by("sees_sources", Role.APPROVER, Role.OPERATOR)

FRAME: Final[Mapping[str, Rule]] = {
    "GET static": PUBLIC,
    "GET home.index": SIGNED_IN,
    "POST frame.language_switch": PUBLIC,
    "GET palette.show": SIGNED_IN,
    "POST palette.find": SIGNED_IN,
    "GET own.show": SIGNED_IN,
    "POST own.arrange": SIGNED_IN,
    "POST own.guide_read": SIGNED_IN,
    "POST own.guides_again": SIGNED_IN,
    "GET own.words": PUBLIC,
}
LOGIN: Final[Mapping[str, Rule]] = {
    "GET login.form": PUBLIC,
    "POST login.enter": PUBLIC,
    "POST login.leave": OWN_SESSION,
    "GET login.password_form": OWN_SESSION,
    "POST login.change_password": OWN_SESSION,
    "GET login.agencies": SIGNED_IN,
    "POST login.switch": SIGNED_IN,
}
CONSOLE: Final[Mapping[str, Rule]] = {
    "GET case_items.index_view": WORKS_HERE,
    "GET case_items.details_view": WORKS_HERE,
    "POST case_items.seek_view": WORKS_HERE,
    "POST case_items.export": WORKS_HERE,
    "POST case_items.action_view": APPROVER,
    "GET data_items.index_view": WORKS_HERE,
    "GET data_items.details_view": WORKS_HERE,
    "POST data_items.seek_view": WORKS_HERE,
    "POST data_items.export": WORKS_HERE,
    "GET agencies.index_view": WORKS_HERE,
    "GET agencies.details_view": WORKS_HERE,
    "POST agencies.seek_view": WORKS_HERE,
    "POST agencies.export": WORKS_HERE,
    "GET sources.index_view": SEES_SOURCES,
    "GET sources.details_view": SEES_SOURCES,
    "GET legal_bases.index_view": WORKS_HERE,
    "GET legal_bases.details_view": WORKS_HERE,
    "POST legal_bases.seek_view": WORKS_HERE,
    "GET rights.index_view": SEES_RIGHTS,
    "GET rights.details_view": SEES_RIGHTS,
    "POST rights.seek_view": SEES_RIGHTS,
    "POST rights.export": SEES_RIGHTS,
    "POST rights.action_view": GRANTS,
    "GET people.index_view": SEES_PEOPLE,
    "GET people.details_view": SEES_PEOPLE,
    "POST people.seek_view": SEES_PEOPLE,
    "POST people.export": SEES_PEOPLE,
    "GET granting.form": GRANTS,
    "POST granting.grant": GRANTS,
    "GET granting.renew_form": GRANTS,
    "POST granting.renew": GRANTS,
    "GET granting.end_form": GRANTS,
    "POST granting.end": GRANTS,
    "GET keeping.agency_form": KEEPS_AGENCIES,
    "POST keeping.change": KEEPS_AGENCIES,
    "GET notices.index": TELLS_EVERYBODY,
    "GET notices.form": TELLS_EVERYBODY,
    "POST notices.publish": TELLS_EVERYBODY,
    "POST notices.end": TELLS_EVERYBODY,
    "GET keeping.new_agency": KEEPS_THE_TREE,
    "POST keeping.add_agency": KEEPS_THE_TREE,
    "GET keeping.data_item_form": KEEPS_OWN_DATA,
    "POST keeping.change_item": KEEPS_OWN_DATA,
    "GET keeping.new_data_item": KEEPS_OWN_DATA,
    "POST keeping.add_item": KEEPS_OWN_DATA,
    "GET keeping.new_fields": KEEPS_OWN_DATA,
    "POST keeping.add_item_fields": KEEPS_OWN_DATA,
    "GET keeping.source_form": KEEPS_OWN_DATA,
    "POST keeping.turn_source": KEEPS_OWN_DATA,
    "GET keeping.new_law": KEEPS_LAWS,
    "POST keeping.add_law": KEEPS_LAWS,
    "GET keeping.law_form": KEEPS_LAWS,
    "POST keeping.correct_law": KEEPS_LAWS,
    "GET keeping.end_form": KEEPS_LAWS,
    "POST keeping.end_law": KEEPS_LAWS,
    "GET life.begin": DRAFTER,
    "POST life.create": DRAFTER,
    "POST life.change": DRAFTER,
    "GET life.edit": DRAFTER,
    "POST life.save": DRAFTER,
    "GET life.fields": DRAFTER,
    "POST life.save_fields": DRAFTER,
    "POST life.withdraw": DRAFTER,
    "GET life.before_proposing": DRAFTER,
    "POST life.propose": DRAFTER,
    "GET life.version": WORKS_HERE,
    "GET life.versions": WORKS_HERE,
    "GET life.side_by_side": WORKS_HERE,
    "POST life.approve": APPROVER,
    "POST life.send_back": APPROVER,
    "POST life.reject": APPROVER,
    "GET life.letter": APPROVER,
    "POST life.enter": APPROVER,
    "GET life.scan": WORKS_HERE,
    "GET life.stop": STOPS,
    "POST life.do_stop": STOPS,
}
DESK: Final[Mapping[str, Rule]] = {
    "GET desk.choose": CLERK,
    "GET desk.fill_in": CLERK,
    "POST desk.submit": CLERK,
    "GET desk.lookup": SEES_LOOKUPS,
    "GET desk.progress": LOOKS_BY_ITSELF,
    "GET desk.events": LOOKS_BY_ITSELF,
    "POST desk.answers": CLERK,
    "POST desk.reveal": CLERK,
    "POST desk.destroy_now": CLERK,
    "POST desk.cancel": CLERK,
    "POST desk.ask_for_record": SEES_LOOKUPS,
    "GET desk.record": SEES_LOOKUPS,
    "GET lookups.index_view": SEES_LOOKUPS,
    "POST lookups.seek_view": SEES_LOOKUPS,
    "POST lookups.export": SEES_LOOKUPS,
    "GET questions.index_view": ANSWERS_AUDITORS,
    "GET question.show": ANSWERS_AUDITORS,
    "POST question.give": ANSWERS_AUDITORS,
    "POST question.document": ANSWERS_AUDITORS,
}
AUDITING: Final[Mapping[str, Rule]] = {
    "GET trail.index_view": WORKS_HERE,
    "GET trail.details_view": WORKS_HERE,
    "POST trail.seek_view": WORKS_HERE,
    "POST trail.export": WORKS_HERE,
    "GET plans.index_view": SEES_AUDITS,
    "GET plan.new": MAKES_PLANS,
    "POST plan.make": MAKES_PLANS,
    "GET plan.show": SEES_AUDITS,
    "POST plan.end": MAKES_PLANS,
    "GET number.show": AUDITS_OR_HEADS,
    "POST number.commit": AUDITS_OR_HEADS,
    "POST number.disclose": AUDITS_OR_HEADS,
    "GET number.results": AUDITS_OR_HEADS,
    "POST number.enter": AUDITS_OR_HEADS,
    "GET periods.index_view": SEES_AUDITS,
    "POST periods.seek_view": SEES_AUDITS,
    "POST periods.export": SEES_AUDITS,
    "GET period.show": SEES_AUDITS,
    "GET period.account": SEES_AUDITS,
    "GET period.record": SEES_AUDITS,
    "POST period.ask_for_record": SEES_AUDITS,
    "GET period.progress": LOOKS_AT_RECORDS,
    "GET period.events": LOOKS_AT_RECORDS,
    "POST period.draw": AUDITS,
    "POST period.sign": AUDITS_OR_HEADS,
    "POST period.reopen": HEADS,
    "GET sample.queue": AUDITS,
    "GET sample.show": AUDITS_OR_HEADS,
    "POST sample.note": AUDITS,
    "POST sample.verdict": AUDITS,
    "POST sample.ask": AUDITS,
    "POST sample.finding": AUDITS,
    "POST sample.document": AUDITS_OR_HEADS,
    "GET findings.index_view": WORKS_HERE,
    "POST findings.export": WORKS_HERE,
    "GET finding.show": WORKS_HERE,
    "POST finding.answer": WORKS_HERE,
    "POST finding.close": AUDITS,
}
PUBLIC_PAGES: Final[Mapping[str, Rule]] = {
    "GET public.health": PUBLIC,
    "GET public.register": OPEN_DATA,
    "GET public.register_data": OPEN_DATA,
    "GET public.registered": OPEN_DATA,
    "GET check.form": PUBLIC,
    "POST check.check": STATELESS,
}

LISTS: Final[Mapping[str, Rule]] = {
    "POST lists.save": SIGNED_IN,
    "GET lists.open_view": SIGNED_IN,
    "POST lists.rename": SIGNED_IN,
    "POST lists.delete": SIGNED_IN,
    "POST lists.choose": SIGNED_IN,
    "GET exports.mine": SIGNED_IN,
    "GET exports.progress": LOOKS_AT_OWN,
    "POST exports.fetch": SIGNED_IN,
}

FORMS: Final[Mapping[str, Rule]] = {
    "POST forms.check": SIGNED_IN,
    "POST forms.keep": SIGNED_IN,
    "POST forms.forget": SIGNED_IN,
    "POST forms.pick": SIGNED_IN,
}

# For development alone: the route is there only where the settings say so (admin/public/styleguide.py).
STYLEGUIDE: Final[Mapping[str, Rule]] = {"GET styleguide.show": PUBLIC}

ROUTES: Final[Mapping[str, Rule]] = {**FRAME, **FORMS, **LISTS, **LOGIN, **CONSOLE, **DESK, **AUDITING, **PUBLIC_PAGES}


def routes_of(app: Flask) -> Iterator[str]:
    """Every route of an application, as a line of the table names it."""
    for route in app.url_map.iter_rules():
        for method in sorted((route.methods or set()) - {"HEAD", "OPTIONS"}):
            yield f"{method} {route.endpoint}"


def rule_of(table: Mapping[str, Rule], method: str, endpoint: str) -> Rule | None:
    """The rule of a request; `None` for a route that has none, which then opens for nobody."""
    return table.get(f"{'GET' if method == 'HEAD' else method} {endpoint}")


def check_routes(app: Flask, table: Mapping[str, Rule]) -> None:
    """Raise `WrongSetting`, naming each, when a route has no rule or a rule no route."""
    routes = set(routes_of(app))
    without_rule, without_route = sorted(routes - table.keys()), sorted(table.keys() - routes)
    if without_rule or without_route:
        raise WrongSetting(
            Wording(
                f"路由與規則表不一致：沒有規則的路由 {without_rule}；沒有路由的規則 {without_route}。",
                f"Routes and rules differ: routes without a rule {without_rule}; rules without a route {without_route}.",
            )
        )
