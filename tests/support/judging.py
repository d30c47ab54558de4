"""Facts to judge, one difference at a time, and strategies that make any facts at all."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st

from govern.rules.facts import (
    Appearance,
    CaseItemFacts,
    DataItemFacts,
    Facts,
    GroundFacts,
    PermittedField,
    PermittedItem,
    PersonFacts,
    QuotaFacts,
    RightFacts,
    SourceFacts,
)
from govern.rules.masking import MASKS

# How often a property is tried: few in the gate, many at night (GOVERN_TEST_EXAMPLES=20000).
TRIED: Final = settings(max_examples=int(os.environ.get("GOVERN_TEST_EXAMPLES", "80")), deadline=None)

TODAY: Final = date(2026, 11, 24)
RIGHT_ID: Final = UUID("01936000-0000-7000-8000-000000000001")
FIELDS: Final = (
    PermittedField("name", Appearance.CLEAR, "surname_only"),
    PermittedField("birth_date", Appearance.MASKED, "year_only"),
    PermittedField("national_id", Appearance.REVEALABLE, "hide_last_4"),
)

PERSON: Final = PersonFacts(is_active=True, agencies=frozenset({"ntpc-social"}), own_index=b"o" * 32)
RIGHT: Final = RightFacts(RIGHT_ID, "ntpc-social", TODAY - timedelta(30), TODAY + timedelta(30), ended=False)
CASE_ITEM: Final = CaseItemFacts(
    code="disability_certificate",
    version=1,
    state="in_force",
    valid_from=TODAY - timedelta(300),
    valid_to=TODAY + timedelta(300),
    business_agency="ntpc-social",
    authorised_agencies=frozenset({"ntpc-social"}),
    legal_bases_in_force=True,
    consent_required=True,
    kind="application",
    suspended_by=(),
    pending_letter=False,
    item=PermittedItem("hh_person_city", FIELDS),
)
CONSENT: Final = GroundFacts("consent", has_document=True, signed_on=TODAY)
DUTY: Final = GroundFacts("statutory_duty", has_document=True)


def facts(**changes: Any) -> Facts:
    """Facts that permit, but for what is changed."""
    lawful = Facts(
        on=TODAY,
        agency="ntpc-social",
        person=PERSON,
        right=RIGHT,
        case_item=CASE_ITEM,
        data_item=DataItemFacts("hh_person_city", "ntpc-civil", ("national_id",)),
        source=SourceFacts("ntpc-civil.soap_gateway", "open"),
        ground=CONSENT,
        quota=QuotaFacts(limit=10, used=4, asking=1),
    )
    return replace(lawful, **changes)


def _with(part: str, **changes: Any) -> Callable[[Facts], Facts]:
    return lambda known: replace(known, **{part: replace(getattr(known, part), **changes)})


# What each rule finds wrong, in the order in which the conditions are judged. A breach leaves the others' facts alone,
# so that any number of them can be put into the same facts.
BREACHES: Final[tuple[tuple[str, Callable[[Facts], Facts]], ...]] = (
    ("person_not_active", _with("person", is_active=False)),
    ("not_at_agency", _with("person", agencies=frozenset({"ntpc-edu"}))),
    ("right_ended", _with("right", ended=True)),
    ("right_not_yet", _with("right", starts_on=TODAY + timedelta(1))),
    ("case_item_pending_letter", _with("case_item", pending_letter=True)),
    ("case_item_not_in_force", _with("case_item", state="proposed")),
    ("case_item_not_yet", _with("case_item", valid_from=TODAY + timedelta(1))),
    ("case_item_ended", _with("case_item", valid_to=TODAY - timedelta(1))),
    ("data_item_not_listed", _with("case_item", item=None)),
    ("agency_not_authorised", _with("case_item", authorised_agencies=frozenset({"ntpc"}))),
    ("legal_basis_ended", _with("case_item", legal_bases_in_force=False)),
    ("consent_missing", _with("ground", kind="statutory_duty")),
    ("ground_document_missing", _with("ground", has_document=False)),
    ("consent_not_signed", _with("ground", signed_on=None)),
    ("suspended_by_owner", lambda known: _stopped(known, "owner", "ntpc-civil")),
    ("suspended_by_business_agency", lambda known: _stopped(known, "business_agency", "ntpc-social")),
    ("suspended_by_platform", lambda known: _stopped(known, "platform", "ntpc-itc")),
    ("source_unknown", _with("source", code=None)),
    ("source_closed", _with("source", state="closed")),
    ("quota_used_up", _with("quota", used=10)),
    ("right_granted_by_self", _with("right", granted_by_self=True)),
    ("own_number_missing", _with("person", own_index=None)),
    ("own_data", lambda known: replace(known, subject_is_self=True)),
    ("declared_relative", lambda known: replace(known, subject_is_declared_relative=True)),
)


def _stopped(known: Facts, part: str, agency: str) -> Facts:
    stops = (*known.case_item.suspended_by, (part, agency))
    return replace(known, case_item=replace(known.case_item, suspended_by=stops))


# Few values each, so that facts agree and disagree about as often.
agencies = st.sampled_from(["ntpc-social", "ntpc-edu", "ntpc-civil"])
items = st.sampled_from(["hh_person_city", "nhi_current"])
days = st.sampled_from([TODAY + timedelta(by) for by in (-400, -1, 0, 1, 400)])
permitted_fields = st.builds(
    PermittedField,
    st.sampled_from(["name", "birth_date", "national_id", "sex", "note"]),
    st.sampled_from(list(Appearance)),
    st.sampled_from(sorted(MASKS)),
)
field_lists = st.lists(permitted_fields, unique_by=lambda field: field.code, max_size=5).map(tuple)
any_facts = st.builds(
    Facts,
    on=st.just(TODAY),
    agency=agencies,
    person=st.builds(PersonFacts, st.booleans(), st.frozensets(agencies), st.sampled_from([None, b"o" * 32])),
    right=st.none() | st.builds(RightFacts, st.just(RIGHT_ID), agencies, days, days, st.booleans(), st.booleans()),
    case_item=st.builds(
        CaseItemFacts,
        code=st.just("disability_certificate"),
        version=st.integers(1, 3),
        state=st.sampled_from(["in_force", "proposed", "retired", "waiting_for_letter"]),
        valid_from=days,
        valid_to=days,
        business_agency=agencies,
        authorised_agencies=st.frozensets(agencies),
        legal_bases_in_force=st.booleans(),
        consent_required=st.booleans(),
        kind=st.sampled_from(["application", "statutory_duty"]),
        suspended_by=st.lists(
            st.tuples(st.sampled_from(["owner", "business_agency", "platform", "court"]), agencies), max_size=2
        ).map(tuple),
        pending_letter=st.booleans(),
        item=st.none() | st.builds(PermittedItem, items, field_lists),
    ),
    data_item=st.builds(DataItemFacts, items, agencies, is_special_category=st.booleans()),
    source=st.builds(SourceFacts, st.sampled_from([None, "a.https"]), st.sampled_from(["open", "closed"])),
    ground=st.builds(
        GroundFacts, st.sampled_from([None, "consent", "statutory_duty", "favour"]), st.booleans(), st.none() | days
    ),
    quota=st.builds(QuotaFacts, st.none() | st.integers(0, 5), st.integers(0, 6), st.integers(0, 3)),
    subject_is_self=st.booleans(),
    subject_is_declared_relative=st.booleans(),
)
# The same, mostly lawful: a few breaches put into facts that permit, and any fields listed.
mostly_lawful_facts = st.builds(
    lambda breaches, fields: _broken(breaches, fields),
    st.lists(st.sampled_from(BREACHES), max_size=2),
    field_lists,
)


def _broken(breaches: list[tuple[str, Callable[[Facts], Facts]]], fields: tuple[PermittedField, ...]) -> Facts:
    known = facts(case_item=replace(CASE_ITEM, item=PermittedItem("hh_person_city", fields)))
    for _, breach in breaches:
        known = breach(known)
    return known
