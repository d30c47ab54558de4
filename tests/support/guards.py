"""Guards of the house and what each looks like when it is taken away: hand-written mutants, with the tests that must notice.

A mutant replaces a text that stands exactly once in its file. `tests` are few and quick, named as pytest takes them. Where a
guard stands a second time behind another one its removal alone changes nothing: `because` says so, and it is not counted.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from tests.support.guards_of_use import GUARDS_OF_USE


@dataclass(frozen=True, slots=True)
class Mutant:
    """One guard taken away: in which file, what stood there, what stands there instead, which tests must fail."""

    file: str
    guard: str
    instead: str
    tests: tuple[str, ...]
    because: str = ""

    @property
    def name(self) -> str:
        """File and the guard's first line, to be read."""
        return f"{self.file}: {self.guard.strip().partition(chr(10))[0]}"


RULES: Final = "tests/govern/rules/"
FRAME: Final = "tests/admin/frame/"
# A file's guards (after a comma: which of them), each with what stands there instead; first the tests that must notice.
_GUARDS: Final[Mapping[str, tuple[tuple[str, ...], tuple[tuple[str, str], ...]]]] = {
    "govern/rules/conditions.py": (
        (f"{RULES}test_conditions.py",),
        (
            ('return None if facts.person.is_active else deny("person_not_active")', "return None"),
            (
                'return None if facts.agency in facts.person.agencies else deny("not_at_agency", agency=facts.agency)',
                "return None",
            ),
            ("if right is None or right.agency != facts.agency:", "if right is None:"),
            ("if right.ended or right.ends_on < facts.on:", "if right.ends_on < facts.on:"),
            ("if right.ended or right.ends_on < facts.on:", "if right.ended:"),
            ("if right.starts_on > facts.on:", "if False:"),
            ("if item.pending_letter:", "if False:"),
            ("if item.state != IN_FORCE:", "if False:"),
            ("if item.valid_from > facts.on:", "if False:"),
            ("if item.valid_to < facts.on:", "if False:"),
            (
                "if item.item is None or item.item.code != facts.data_item.code or not item.item.fields:",
                "if item.item is None or not item.item.fields:",
            ),
            (
                "if item.item is None or item.item.code != facts.data_item.code or not item.item.fields:",
                "if item.item is None or item.item.code != facts.data_item.code:",
            ),
            ("if facts.agency in item.authorised_agencies:", "if True:"),
            ("if item.legal_bases_in_force:", "if True:"),
            ("return grounds.insufficiency(", "return None and grounds.insufficiency("),
            ("if not item.suspended_by:", "if True:"),
            ("    if parts:", "    if False:"),
            ("if facts.source.state != OPEN:", "if False:"),
            ("quota.used + quota.asking <= quota.limit:", "quota.used <= quota.limit:"),
            ("return separation.violation(facts)", "return None"),
        ),
    ),
    "govern/rules/grounds.py": (
        (f"{RULES}test_conditions.py", f"{RULES}test_grounds.py"),
        (
            ("if case_item.consent_required and kind != _CONSENT:", "if False:"),
            ("if not ground.has_document:", "if False:"),
            ("if ground.signed_on > on:", "if False:"),
        ),
    ),
    "govern/rules/separation.py": (
        (f"{RULES}test_separation.py",),
        (
            ("if facts.right is not None and facts.right.granted_by_self:", "if False:"),
            ("if facts.person.own_index is None:", "if False:"),
            ("if facts.subject_is_self:", "if False:"),
            ("if facts.subject_is_declared_relative:", "if False:"),
            ("return proposer != approver", "return True"),
            ("return auditor != asker and auditor not in managers_of_asker", "return auditor not in managers_of_asker"),
            ("return auditor != asker and auditor not in managers_of_asker", "return auditor != asker"),
            ("        frozenset({Role.AUDITOR, Role.CLERK}),\n", ""),
        ),
    ),
    "govern/rules/decision.py, the conditions": (
        (f"{RULES}test_decision.py::test_a_permit_stands_on_every_condition_at_once",),
        (("if (denial := first_failing(facts)) is not None:", "if (denial := first_failing(facts)) is ...:"),),
    ),
    "govern/rules/decision.py": (
        (f"{RULES}test_decision.py",),
        (
            ("if isinstance(permit_then, Permit) and permit_then.data_item != permit_now.data_item:", "if False:"),
            (
                "(then[field.code], field) for field in permit_now.fields if field.code in then)",
                "(then.get(field.code, field), field) for field in permit_now.fields)",
            ),
            ('fields=fields) if fields else deny("no_longer_permitted")', "fields=fields)"),
            ("appearance = max(then.appearance, now.appearance, key=_OPENNESS.index)", "appearance = now.appearance"),
            ("stricter_mask(then.effective_mask, now.effective_mask)", "now.effective_mask"),
        ),
    ),
    "govern/rules/masking.py": (
        (f"{RULES}test_masking.py",),
        (
            ('if rule_code in ("keep_last_4", "hide_last_4") and is_national_id(text, field_type):', "if False:"),
            ("if len(text) <= 4:", "if False:"),
            ("raise UnknownMask(rule_code) from None", "return text"),
        ),
    ),
    "govern/rules/minimise.py": (
        (f"{RULES}test_minimise.py",),
        (
            ("shown[code] = mask(rule, value, place.type)", "shown[code] = value"),
            (" and places[permitted.code].group == group", ""),
            ('if permitted.appearance == Appearance.REVEALABLE and rule != "none":', 'if rule != "none":'),
            ("        if wanted:\n", "        if True:\n"),
            ("self.beyond += len(", "self.beyond += 0 * len("),
        ),
    ),
    "govern/rules/approval.py": (
        (f"{RULES}test_approval.py",),
        (
            (
                "return all(is_no_own_proposal(proposer=author, approver=approver) for author in authors)",
                "return True",
            ),
            ("return bool(needed) and all(", "return all("),
            ("return bool(needed) and all(", "return bool(needed) and any("),
            ("return not since.of_owner(owner).widens", "return True"),
        ),
    ),
    "govern/queue/signed_job.py": (
        ("tests/govern/queue/test_signed_job.py",),
        (
            ('if not hmac.compare_digest(data[:32], hmac.digest(key, _DOMAIN + data[32:], "sha256")):', "if False:"),
            (" or arguments[0] != self.id:", ":"),
        ),
    ),
    "govern/queue/lease.py": (
        ("tests/govern/queue/test_lease.py",),
        (
            ("if work is None or work.due_at > now:", "if work is None:"),
            ("if is_taken_over and work.lease_until is not None and work.lease_until > now:", "if False:"),
            (
                'if work is None or work.state != "leased" or work.fence != lease.fence:',
                'if work is None or work.state != "leased":',
            ),
            ("work.fence += 1", "work.fence += 0"),
            ('return work.state == "leased" and work.leased_by == by', 'return work.state == "leased"'),
        ),
    ),
    "govern/people/grant_right.py": (
        ("tests/govern/people/test_grant.py",),
        (
            ("if by is not None and by.person_id == person_id:", "if False:"),
            ("if by is not None and by.person_id == right.person:", "if False:"),
            (
                "not (by.holds(Role.SUPERVISOR) and agency == by.agency):",
                "not by.holds(Role.SUPERVISOR):",
            ),
            ("not (by.holds(Role.SUPERVISOR) and agency == by.agency):", "agency != by.agency:"),
            ("not (by.holds(Role.SUPERVISOR) and by.agency == right.agency)):", "not by.holds(Role.SUPERVISOR)):"),
            ("if by is not None and not is_authorised(session, case_item, agency):", "if False:"),
            ("elif ends_on > latest_end(starts_on):", "elif False:"),
            ("if by is not None and starts_on < clock.today():", "if False:"),
            ("if by is not None and len(said) < SHORTEST_REASON:", "if False:"),
        ),
    ),
    "govern/people/sign_on.py": (
        ("tests/govern/people/test_sign_on.py",),
        (
            ("if _is_locked(account, clock.now()):", "if False:"),
            ("if not is_right or account.password_hash != verified:", "if account.password_hash != verified:"),
            ("if not is_right or account.password_hash != verified:", "if not is_right:"),
            ('return None if person.is_active else "not_active"', "return None"),
            ("locks = count >= settings.sign_on_failures", "locks = False"),
        ),
    ),
    "govern/people/scope.py": (
        ("tests/govern/people/test_scope.py",),
        (
            ("return select(Person).where(or_(*ways))", "return select(Person)"),
            ("return select(Right).where(or_(*ways))", "return select(Right)"),
            ("true() if actor.holds(Role.SUPERVISOR) else false()", "true()"),
            (", Person.id != actor.person_id)", ")"),
        ),
    ),
    "govern/catalogue/scope.py": (
        ("tests/govern/catalogue/test_scope.py",),
        (
            (
                "return select(CaseItem).where(or_(is_known, _is_business_of(actor), _uses_data_of(actor)))",
                "return select(CaseItem)",
            ),
            (".where(or_(CaseItemVersion.state.in_(OPEN_STATES), in_own_business, uses_own_data))", ""),
            ("return select(Approval).where(_concerns(actor, Approval.version_id))", "return select(Approval)"),
            ("return select(Letter).where(_concerns(actor, Letter.version_id))", "return select(Letter)"),
            (".where(true() if actor.reach.is_operator else _is_own(actor, Source))", ""),
        ),
    ),
    "govern/trail/append.py": (
        ("tests/govern/trail/test_append.py",),
        (
            ('if not session.info.get("committed"):', "if False:"),
            ("if oldest is not None and clock.now() - oldest > timedelta(seconds=limit_s):", "if False:"),
        ),
    ),
    "govern/lookups/scope.py": (
        ("tests/govern/lookups/test_road.py::test_another_clerks_lookup_is_not_found",),
        (("if found is None or found.person != actor.person_id or", "if found is None or"),),
    ),
    "govern/lookups/submit.py": (
        (
            "tests/govern/lookups/test_road.py::test_the_same_form_posted_twice_is_one_lookup",
            "tests/govern/lookups/test_road.py::test_when_entries_are_not_numbered_in_time_nothing_is_submitted",
        ),
        (
            ("if former is not None:", "if False:"),
            ("        refuse_when_unnumbered(session, settings.unnumbered_limit_s)\n", ""),
        ),
    ),
    "govern/lookups/intent.py": (
        (
            "tests/govern/lookups/test_road.py::test_one_subject_whose_ground_is_gone_stops_the_whole_task_wherever_it_stands",
        ),
        (("        if isinstance(decision, Deny):\n            return decision\n", ""),),
    ),
    "govern/lookups/reveal.py": (
        (
            "tests/admin/desk/test_desk.py::test_a_reveal_that_is_refused_says_so_in_both_languages",
            "tests/promises/test_nothing_forged.py::test_answers_that_change_places_between_two_officers_are_shown_to_neither",
        ),
        (
            ("if not 4 <= len(reason.strip()) <= 200:", "if False:"),
            (" and listed.appearance == Appearance.REVEALABLE", ""),
        ),
    ),
    "admin/frame/permission.py": (
        (f"{FRAME}test_permission.py::test_a_rule_permits_by_sign_on_and_by_role",),
        (("return self.roles is None or actor.holds(*self.roles)", "return True"),),
    ),
    "admin/frame/permission.py, the start": (
        (f"{FRAME}test_permission.py::test_a_route_without_a_rule_stops_the_start",),
        (("if without_rule or without_route:", "if without_route:"),),
    ),
    "admin/frame/security.py": (
        ("tests/promises/test_nobody_beyond_their_rights.py::test_who_loses_the_role_is_out_with_the_next_request",),
        (("if not rule.permits(found.actor):", "if False:"),),
    ),
    "admin/frame/security.py, forms": (
        (f"{FRAME}test_security.py::test_no_form_is_taken_without_its_token",),
        (("        csrf.protect()", "        pass"),),
    ),
    "admin/frame/security.py, headers": (
        (f"{FRAME}test_security.py::test_a_missing_page_and_a_wrong_method_carry_the_headers_too",),
        (("    for name, value in HEADERS.items():", "    for name, value in ():"),),
    ),
    "admin/frame/security.py, uploads": (
        (f"{FRAME}test_security.py::test_an_upload_of_more_than_20_mb_is_not_taken",),
        (('        "MAX_CONTENT_LENGTH": UPLOAD_BYTES,\n', ""),),
    ),
    "audit/review/scope.py": (
        ("tests/audit/review/test_scope.py", "tests/audit/review/test_judge.py"),
        (
            (", Sample.clerk != actor.person_id)", ")"),
            ("if period.agency != actor.agency or not actor.holds(*roles):", "if not actor.holds(*roles):"),
            ("if period.agency != actor.agency or not actor.holds(*roles):", "if period.agency != actor.agency:"),
            ("if not may_judge(", "if False and not may_judge("),
            ("ways.append(Period.agency == actor.agency)", "ways.append(Period.agency.is_not(None))"),
        ),
    ),
    "audit/review/sign_off.py": (
        ("tests/audit/review/test_sign_off.py",),
        (
            ("if period.round != round:", "if False:"),
            ("    if not actor.holds(role):", "    if False:"),
            ("if session.scalars(select(signed)).one():", "if False:"),
            ("if session.scalars(select(own)).one():", "if False:"),
            ("if any(sign.content_sha256 != content", "if any(False"),
        ),
    ),
    "audit/review/judge.py": (
        ("tests/audit/review/test_judge.py",),
        (
            ("if verdict not in FINAL:", "if False:"),
            ("if verdict != Verdict.PROPER and not note:", "if False:"),
            ("if sample.note_edition != edition:", "if False:"),
            ("if verdict == Verdict.PROPER and _has_open_finding(session, sample):", "if False:"),
        ),
    ),
}
# Removed alone they change nothing, since another guard stands before or behind them.
_TWICE: Final = (
    Mutant(
        "govern/rules/decision.py",
        "if item is None or right is None:",
        "if False:",
        (f"{RULES}test_decision.py",),
        "the conditions deny both before; it is said again so that no change of theirs can lose it",
    ),
)


def mutants() -> Iterator[Mutant]:
    """Every mutant, the cheap rulebook's first."""
    for file, (tests, guards) in (*_GUARDS.items(), *GUARDS_OF_USE.items()):
        for guard, instead in guards:
            yield Mutant(file.partition(",")[0], guard, instead, tests)
    yield from _TWICE
