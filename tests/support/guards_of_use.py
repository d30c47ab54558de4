"""Guards at the moment of use and of the console's own tables, as `guards` lists them: with the tests that must notice."""

from collections.abc import Mapping
from typing import Final

CATALOGUE: Final = "tests/govern/catalogue/"
PROMISES: Final = "tests/promises/"
_ENDING: Final = f"{PROMISES}test_rights_end_in_between.py::"
_IN_BETWEEN: Final = f"{_ENDING}test_a_file_asked_row_by_row_stops_at_the_row_before_which_it_ended"
_ANOTHER_LOG_IN: Final = f"{_ENDING}test_another_log_in_of_the_same_clerk_opens_nothing_and_no_entry_says_it_did"
_RETURN: Final = f"{PROMISES}test_nobody_forges_a_form.py::test_a_place_to_return_to_is_one_of_ours"
_MASKS: Final = f"{PROMISES}test_nobody_sees_other_fields.py::test_no_two_masks_give_a_number_back"

GUARDS_OF_USE: Final[Mapping[str, tuple[tuple[str, ...], tuple[tuple[str, str], ...]]]] = {
    "govern/lookups/run.py": ((_IN_BETWEEN,), (("            raise _NoMore(denied)", "            pass"),)),
    "govern/lookups/intent.py, again": (
        (_IN_BETWEEN,),
        (("    return decision if isinstance(decision, Deny) else None", "    return None"),),
    ),
    "govern/lookups/show.py": (
        (_ANOTHER_LOG_IN,),
        (("            Answer.session_hash == keys.session_hash,\n", ""),),
    ),
    "govern/lookups/reveal.py, the log-in": (
        (_ANOTHER_LOG_IN,),
        (("        or answer.session_hash != keys.session_hash\n", ""),),
    ),
    "govern/access/quota.py": (
        ("tests/govern/access/test_quota.py::test_two_that_take_at_once_do_not_both_take_the_last_one",),
        (('    if to_take and session.get_bind().dialect.name == "postgresql":', "    if False:"),),
    ),
    "govern/queue/lease.py, taken over": (
        ("tests/govern/queue/test_lease.py::test_the_worker_of_a_lost_child_takes_over_at_once_and_nobody_else_does",),
        (
            (
                " or not _is_held_by(work, by):\n        return None\n    return _lease(",
                ":\n        return None\n    return _lease(",
            ),
        ),
    ),
    "admin/frame/security.py, every form": (
        ("tests/admin/frame/test_security.py::test_no_form_is_taken_without_its_token",),
        (("    if request.endpoint is not None and (rule is None or rule.needs_token):", "    if False:"),),
    ),
    "admin/frame/security.py, the host's name": (
        ("tests/admin/frame/test_security.py::test_a_redirect_names_no_host_and_above_all_not_the_requests",),
        (
            ('"/" + place[len(own) :].lstrip("/\\\\") if place.startswith(own) else place', "place"),
            ('.lstrip("/\\\\") if place.startswith(own)', " if place.startswith(own)"),
        ),
    ),
    "admin/frame/language.py": (
        (_RETURN,),
        (
            ("    return path if is_ours else \"/\"", "    return path"),
            (" and path.isprintable()", ""),
            ('is_ours = path.startswith("/") and', "is_ours ="),
        ),
    ),
    "govern/rules/masking.py, spelled": (
        (_MASKS,),
        (
            ("bool(_NATIONAL_ID.fullmatch(_bare(text)))", "bool(_NATIONAL_ID.fullmatch(text))"),
            ('text = _bare(text) if is_national_id(text, "") else text', "pass"),
        ),
    ),
    "govern/workplace/saved_view.py": (
        ("tests/govern/workplace/test_saved_view.py::test_a_view_is_renamed_and_deleted_by_its_person_alone",),
        ((" or found.person != actor.person_id", ""),),
    ),
    "govern/workplace/notice.py": (
        ("tests/govern/workplace/test_notice.py::test_nobody_but_an_operator_tells_everybody",),
        (("    if not actor.holds(Role.OPERATOR):", "    if False:"),),
    ),
    "govern/workplace/export.py": (
        ("tests/admin/frame/test_exports.py::test_an_export_is_its_askers_alone_and_a_person_has_few_under_way",),
        (("found.person == actor.person_id and", ""), ("(session.scalar(of_person) or 0) >= OPEN_AT_MOST", "False")),
    ),
    "govern/catalogue/maintain/change_agency.py": (
        (f"{CATALOGUE}test_maintain.py",),
        (
            (" and code in actor.reach.agencies", ""),
            ("    if not allowed or not given.keys() <= allowed:", "    if not allowed:"),
            ("    if not actor.holds(Role.OPERATOR):", "    if False:"),
        ),
    ),
    "govern/catalogue/maintain/change_data_item.py": (
        (f"{CATALOGUE}test_maintain.py",),
        (
            ("actor.holds(Role.APPROVER) and item.owner == actor.agency", "actor.holds(Role.APPROVER)"),
            ("actor.holds(Role.APPROVER) and item.owner == actor.agency", "item.owner == actor.agency"),
        ),
    ),
    "govern/catalogue/maintain/close_source.py": (
        (f"{CATALOGUE}test_maintain.py",),
        (("actor.holds(Role.APPROVER) and source.owner == actor.agency", "actor.holds(Role.APPROVER)"),),
    ),
    "govern/catalogue/maintain/shown.py": (
        (f"{CATALOGUE}test_maintain.py::test_what_was_changed_meanwhile_is_not_written_over",),
        (("        raise ChangedMeanwhile", "        pass"),),
    ),
    "govern/catalogue/maintain/change_legal_basis.py": (
        (f"{CATALOGUE}test_maintain_laws.py",),
        (("    if not actor.holds(Role.DRAFTER):", "    if False:"),),
    ),
    "govern/catalogue/maintain/add_data_item.py": (
        (f"{CATALOGUE}test_add.py::test_nobody_else_enters_a_data_item",),
        (("    if not actor.holds(Role.APPROVER):", "    if False:"),),
    ),
    "govern/catalogue/life/held.py": (
        (f"{CATALOGUE}life/test_draft.py", f"{CATALOGUE}life/test_propose.py"),
        (("    if not actor.holds(role):", "    if False:"), ("    if item.business_agency != actor.agency:", "    if False:")),
    ),
    "govern/catalogue/life/approve.py": (
        (f"{CATALOGUE}life/test_approve.py",),
        (
            ("    if not approval.may_approve(authors=authors, approver=actor.person_id):", "    if False:"),
            ("    if part.round != round:", "    if False:"),
            ("    if part.state != approval.WAITING:", "    if False:"),
        ),
    ),
    "govern/catalogue/life/suspend.py": (
        (f"{CATALOGUE}life/test_suspend.py",),
        (("    elif part == OWNER and actor.agency not in _owners(session, code):", "    elif False:"),),
    ),
}  # fmt: skip
