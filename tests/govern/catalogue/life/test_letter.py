"""A superior's letter: awaited, entered with its scan by the owner concerned, or carried over."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from govern.catalogue.case_item import Letter, LetterScan
from govern.catalogue.life.approve import approve
from govern.catalogue.life.content import DraftContent, DraftField
from govern.catalogue.life.draft import amend, draft_change_of
from govern.catalogue.life.letter import Scan, enter_letter, scan_of, superior_of
from govern.catalogue.life.propose import propose
from govern.catalogue.scope import letters_for, letters_to_enter_for
from govern.core import clock
from govern.core.database import reading
from govern.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from govern.keys.subject import SealedValue
from govern.rules.actor import Role
from tests.support.drafts import (
    BUSINESS,
    CIVIL,
    MINISTRY,
    PDF,
    TAX,
    YOUTH,
    Cast,
    approved,
    entries_of,
    justified,
    letter_comes,
    on_day,
    proposed,
    says,
    state_of,
    the_cast,
    version_of,
    with_field,
    without_field,
)
from tests.support.houses import TestHouse

CITY_TAX = "ntpc-tax"


@pytest.fixture
def cast(house: TestHouse) -> Cast:
    return the_cast(house)


def letters_of(number: int) -> list[Letter]:
    with reading() as session:
        chosen = select(Letter).where(Letter.version_id == version_of(YOUTH, number).id).order_by(Letter.for_owner)
        return list(session.scalars(chosen))


def changed_and_approved(cast: Cast, change: DraftContent) -> int:
    number = draft_change_of(cast.drafter, YOUTH)
    amend(cast.drafter, YOUTH, number, change, edition=0)
    propose(cast.drafter, YOUTH, number, edition=1)
    approve(cast.civil, YOUTH, number, round=1)
    approve(cast.tax, YOUTH, number, round=1)
    return number


def test_what_shows_more_tax_data_waits_for_a_letter_and_comes_in_force_with_it(cast: Cast) -> None:
    number = approved(cast)
    assert (state_of(YOUTH, number), state_of(YOUTH, 1)) == ("waiting_for_letter", "in_force")
    [awaited] = letters_of(number)
    assert (awaited.superior, awaited.for_owner, awaited.status) == (MINISTRY, TAX, "pending")
    with reading() as session:
        assert list(session.scalars(letters_to_enter_for(cast.tax, session))) != []
        assert list(session.scalars(letters_to_enter_for(cast.civil, session))) == []
    letter_comes(cast, number)
    [letter] = letters_of(number)
    assert (letter.status, letter.number, letter.approved_on) == ("approved", "台財資字第1150000001號", clock.today())
    assert (letter.entered_by, letter.carried_from) == (cast.tax.person_id, None)
    assert (state_of(YOUTH, number), state_of(YOUTH, 1)) == ("in_force", "retired")
    [entry] = [one for one in entries_of(YOUTH, number) if one.kind == "letter_entered"]
    assert (entry.owner, entry.person, entry.role) == (TAX, cast.tax.person_id, "approver")
    assert b"scan_sha256" in entry.details


def test_a_scanned_letter_is_sealed_and_opened_for_those_whom_the_version_concerns(
    house: TestHouse, cast: Cast
) -> None:
    number = approved(cast)
    letter_comes(cast, number)
    with reading() as session:
        kept = session.scalars(select(LetterScan)).one()
        assert (kept.file_name, kept.media_type, kept.size) == (PDF.file_name, PDF.media_type, len(PDF.content))
        ciphertext = session.get_one(SealedValue, kept.content).ciphertext
        assert ciphertext is not None
        assert b"%PDF" not in ciphertext
        for reader in (cast.drafter, cast.civil, cast.tax):
            assert scan_of(reader, session, YOUTH, number, MINISTRY) == PDF
        stranger = house.an_actor("ntpc-social", Role.HEAD)
        for act in (
            lambda: scan_of(stranger, session, YOUTH, number, MINISTRY),
            lambda: scan_of(cast.tax, session, YOUTH, 1, MINISTRY),  # the files brought no scan
            lambda: scan_of(cast.tax, session, YOUTH, number, "tw-moi"),
        ):
            with pytest.raises(NotFound):
                act()
        of_youth = Letter.version_id == version_of(YOUTH, number).id
        assert list(session.scalars(letters_for(stranger, session).where(of_youth))) == []
        assert len(list(session.scalars(letters_for(cast.civil, session).where(of_youth)))) == 1


@pytest.mark.parametrize(
    ("what", "field"),
    [
        ({"number": "  "}, "number"),
        ({"number": "字" * 81}, "number"),
        ({"approved_on": 1}, "approved_on"),
        ({"scan": None}, "scan"),
        ({"scan": replace(PDF, content=b"")}, "scan"),
        ({"scan": replace(PDF, content=b"<html>")}, "scan"),
        ({"scan": replace(PDF, media_type="text/html")}, "scan"),
        ({"scan": Scan("a.png", "image/png", b"\xff\xd8\xff\xe0")}, "scan"),
        ({"scan": replace(PDF, content=b"%PDF-" + bytes(20 * 1024 * 1024))}, "scan"),
    ],
)
def test_number_date_and_scan_are_demanded(cast: Cast, what: dict[str, object], field: str) -> None:
    number = approved(cast)
    given: dict[str, object] = {"number": "台財資字第1號", "approved_on": 0, "scan": PDF, **what}
    given["approved_on"] = clock.today() + timedelta(days=int(str(given["approved_on"])))
    with pytest.raises(InvalidInput) as refused:
        enter_letter(cast.tax, YOUTH, number, superior=MINISTRY, **given)  # type: ignore[arg-type]
    assert refused.value.fields.keys() == {field}
    assert state_of(YOUTH, number) == "waiting_for_letter"


def test_a_letter_is_entered_by_an_approver_of_the_owner_concerned_and_no_author(house: TestHouse, cast: Cast) -> None:
    number = approved(cast)
    others = [house.an_actor(TAX, role) for role in Role if role is not Role.APPROVER]
    others += [cast.civil, house.an_actor(MINISTRY, Role.APPROVER, Role.HEAD), house.an_actor(BUSINESS, Role.APPROVER)]
    others += [house.an_actor(TAX, Role.APPROVER, person=cast.drafter.person_id)]
    for other in others:
        with pytest.raises((NotAllowed, NotFound)):
            letter_comes(replace(cast, tax=other), number)
    assert state_of(YOUTH, number) == "waiting_for_letter"
    letter_comes(cast, number)
    assert state_of(YOUTH, number) == "in_force"


def test_a_letter_comes_once_and_only_when_it_is_awaited(cast: Cast) -> None:
    number = proposed(cast)
    with pytest.raises(Conflict):
        letter_comes(cast, number)
    approve(cast.civil, YOUTH, number, round=1)
    approve(cast.tax, YOUTH, number, round=1)
    with pytest.raises(NotFound):
        enter_letter(cast.tax, YOUTH, number, superior="tw-moi", number="1", approved_on=clock.today(), scan=PDF)
    letter_comes(cast, number)
    with pytest.raises(Conflict):
        letter_comes(cast, number)
    assert [entry.kind for entry in entries_of(YOUTH, number)].count("letter_entered") == 1


def test_a_letter_that_comes_after_the_term_brings_nothing_in_force(cast: Cast) -> None:
    number = approved(cast)
    with on_day(version_of(YOUTH, number).valid_to + timedelta(days=1)), pytest.raises(Conflict) as refused:
        letter_comes(cast, number)
    assert refused.value.code == "term_is_over"
    assert (state_of(YOUTH, number), state_of(YOUTH, 1)) == ("waiting_for_letter", "in_force")


def test_the_former_letter_carries_over_where_nothing_of_that_owner_shows_more(cast: Cast) -> None:
    content = justified(says(YOUTH, 1))
    wider_elsewhere = with_field(content, "hh_household_city", DraftField("household_no", "masked", "查核是否同一戶。"))
    number = changed_and_approved(cast, without_field(wider_elsewhere, "tax_income_national", "income_total"))
    assert state_of(YOUTH, number) == "in_force"
    [letter], [former] = letters_of(number), letters_of(1)
    assert (letter.number, letter.approved_on) == (former.number, former.approved_on)
    assert (letter.for_owner, letter.carried_from, letter.entered_by) == (TAX, 1, None)
    [complete] = [one for one in entries_of(YOUTH, number) if b'"is_complete":true' in one.details]
    assert b'"letters_carried":["tw-fia"]' in complete.details

    again = changed_and_approved(cast, replace(says(YOUTH, number), name_zh="青年住宅資格審查"))
    assert [(one.carried_from, one.number) for one in letters_of(again)] == [
        (1, former.number)
    ]  # from its first version


@pytest.mark.parametrize(
    "widen",
    [
        lambda content: with_field(
            content, "tax_income_national", DraftField("income_code", "clear", "分辨所得種類。")
        ),
        lambda content: _appearing(content, "tax_income_national", "income_total", "revealable"),
        lambda content: with_field(content, "tax_register_national", DraftField("tax_kind", "clear", "查核稅目。")),
        lambda content: replace(content, agencies=(*content.agencies, "ntpc-social")),
        lambda content: replace(content, consent_required=False),
    ],
    ids=["field", "appearance", "data item", "agency", "no consent"],
)
def test_the_former_letter_does_not_cover_what_shows_more_or_to_more(cast: Cast, widen: object) -> None:
    number = changed_and_approved(cast, widen(justified(says(YOUTH, 1))))  # type: ignore[operator]
    assert state_of(YOUTH, number) == "waiting_for_letter"
    assert [letter.status for letter in letters_of(number)] == ["pending"]


def test_a_case_item_that_shows_no_tax_data_needs_no_letter(cast: Cast) -> None:
    content = justified(says(YOUTH, 1))
    civil_alone = replace(content, items=tuple(part for part in content.items if part.item == "hh_household_city"))
    number = draft_change_of(cast.drafter, YOUTH)
    amend(cast.drafter, YOUTH, number, civil_alone, edition=0)
    propose(cast.drafter, YOUTH, number, edition=1)
    approve(cast.civil, YOUTH, number, round=1)
    assert (state_of(YOUTH, number), letters_of(number)) == ("in_force", [])


def test_each_owner_has_its_own_letter_of_the_same_ministry(house: TestHouse, cast: Cast) -> None:
    city = house.an_actor(CITY_TAX, Role.APPROVER)
    content = with_field(justified(says(YOUTH, 1)), "tax_income_city", DraftField("income_year", "clear", "查核年度。"))
    number = draft_change_of(cast.drafter, YOUTH)
    amend(cast.drafter, YOUTH, number, content, edition=0)
    propose(cast.drafter, YOUTH, number, edition=1)
    for approver in (cast.civil, cast.tax, city):
        approve(approver, YOUTH, number, round=1)
    assert [(one.for_owner, one.superior, one.status) for one in letters_of(number)] == [
        (CITY_TAX, MINISTRY, "pending"),
        (TAX, MINISTRY, "approved"),  # of the tax agency's data nothing more is shown
    ]
    letter_comes(replace(cast, tax=city), number)
    assert state_of(YOUTH, number) == "in_force"


def test_with_two_letters_awaited_the_last_one_counts(house: TestHouse, cast: Cast) -> None:
    city = house.an_actor(CITY_TAX, Role.APPROVER)
    content = with_field(justified(says(YOUTH, 1)), "tax_income_city", DraftField("income_year", "clear", "查核年度。"))
    number = draft_change_of(cast.drafter, YOUTH)
    amend(cast.drafter, YOUTH, number, replace(content, consent_required=False), edition=0)
    propose(cast.drafter, YOUTH, number, edition=1)
    for approver in (city, cast.tax, cast.civil):
        approve(approver, YOUTH, number, round=1)
    letter_comes(cast, number)
    assert state_of(YOUTH, number) == "waiting_for_letter"
    with pytest.raises(Conflict) as refused:
        letter_comes(cast, number)
    assert refused.value.code == "letter_has_come"
    letter_comes(replace(cast, tax=city), number)
    assert state_of(YOUTH, number) == "in_force"


def test_the_superior_is_the_ministry_above_an_owner_or_above_the_others_of_such_data(house: TestHouse) -> None:
    with reading() as session:
        assert superior_of(session, TAX) == MINISTRY
        assert superior_of(session, CITY_TAX) == MINISTRY  # below the city, and tax data all the same
        assert superior_of(session, CIVIL) == MINISTRY


def _appearing(content: DraftContent, item: str, field: str, appearance: str) -> DraftContent:
    return replace(
        content,
        items=tuple(
            replace(
                part,
                fields=tuple(
                    replace(one, appearance=appearance) if (part.item, one.field) == (item, field) else one
                    for one in part.fields
                ),
            )
            for part in content.items
        ),
    )
