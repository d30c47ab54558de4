"""Articles of laws: added, corrected, ended; what stands on one is shown, and look-ups under it end with it."""

import json
import uuid
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from govern.access.gather import purpose
from govern.catalogue import impact
from govern.catalogue.case_item import CaseItemVersion
from govern.catalogue.legal_basis import LegalBasis, VersionLegalBasis, cited
from govern.catalogue.maintain import change_legal_basis as laws
from govern.catalogue.maintain.shown import ChangedMeanwhile, print_of
from govern.core import clock
from govern.core.database import reading, transaction
from govern.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from govern.core.wording import Wording
from govern.rules import conditions
from govern.rules.actor import Actor, Role
from govern.rules.facts import GroundFacts
from govern.trail.entry import Entry
from tests.support.catalogue import another_city, load_files, row

WHY = "立法院三讀廢止"
NEW = laws.LegalBasisContent("虛構救助法", "Invented Assistance Act", "第44條之3", "條文內容。", date(2026, 1, 1), True)


def other_city_with_a_text_of_a_law(folder):
    files = another_city()
    row(files, "case_items", "case_items", "allowance")["legal_basis"][0]["text_zh"] = "當時的條文"
    load_files(folder, files)


pytestmark = [
    pytest.mark.usefixtures("database_address", "keys"),
    pytest.mark.begins_with.with_args(other_city_with_a_text_of_a_law),
]


def an_actor(agency, *roles):
    return Actor(uuid.uuid4(), "x", agency, frozenset(roles))


DRAFTER = an_actor("tainan-social", Role.DRAFTER)
OPERATOR = an_actor("tainan", Role.OPERATOR)


def basis_of(case_item="allowance"):
    with reading() as session:
        return session.scalars(
            select(LegalBasis)
            .join(VersionLegalBasis, VersionLegalBasis.legal_basis == LegalBasis.id)
            .join(CaseItemVersion, CaseItemVersion.id == VersionLegalBasis.version_id)
            .where(CaseItemVersion.case_item == case_item)
        ).one()


def basis(identity):
    with reading() as session:
        return session.get_one(LegalBasis, identity)


def entries():
    with reading() as session:
        return list(session.scalars(select(Entry).where(Entry.kind == "legal_basis_changed").order_by(Entry.id)))


def acts():
    return [json.loads(entry.details)["act"] for entry in entries()]


def correct(actor, one, seen_as=None, **given):
    content = replace(laws.content_of(one), **({"text_zh": "現在的條文"} | given))
    laws.change_legal_basis(actor, one.id, content, seen=seen_as or print_of(laws.shown(one)))


def end(actor, one, ends_on, reason=WHY, seen_as=None):
    laws.end_legal_basis(actor, one.id, ends_on=ends_on, reason=reason, seen=seen_as or print_of(laws.shown(one)))


@pytest.mark.parametrize("actor", [DRAFTER, an_actor("tainan-civil", Role.DRAFTER), OPERATOR])
def test_a_drafter_or_an_operator_adds_an_article(actor):
    identity = laws.add_legal_basis(actor, NEW)
    assert basis(identity).article == "第44-3條"  # as the catalogue's files write it
    assert acts() == ["added"]
    for article in ("第44條之3", "第44-3條", "第 44 條之 3"):
        with pytest.raises(Conflict):
            laws.add_legal_basis(actor, replace(NEW, article=article))
    laws.add_legal_basis(actor, replace(NEW, article="第44條"))


@pytest.mark.parametrize("role", [Role.CLERK, Role.APPROVER, Role.HEAD, Role.AUDITOR, Role.SUPERVISOR])
def test_no_other_role_adds_or_corrects_one(role):
    actor = an_actor("tainan-social", role)
    for act in (lambda: laws.add_legal_basis(actor, NEW), lambda: correct(actor, basis_of())):
        with pytest.raises(NotAllowed):
            act()
    assert entries() == []


def test_an_article_needs_law_number_and_text():
    with pytest.raises(InvalidInput) as refused:
        laws.add_legal_basis(DRAFTER, replace(NEW, law_zh=" ", article="", text_zh="", law_en="x" * 241))
    assert set(refused.value.fields) == {"law_zh", "law_en", "article", "text_zh"}


def test_a_correction_is_for_versions_to_come_and_leaves_the_frozen_text():
    one = basis_of()
    correct(DRAFTER, one, is_checked=True)
    assert (basis(one.id).text_zh, basis(one.id).is_checked) == ("現在的條文", True)
    with reading() as session:
        frozen = session.scalars(select(VersionLegalBasis.text_zh).where(VersionLegalBasis.legal_basis == one.id)).all()
    assert frozen == ["當時的條文"]
    assert acts() == ["corrected"]


def test_law_and_article_of_one_that_is_cited_stay():
    with pytest.raises(InvalidInput) as refused:
        correct(DRAFTER, basis_of(), article="第99條")
    assert list(refused.value.fields) == ["article"]
    uncited = laws.add_legal_basis(DRAFTER, NEW)
    correct(an_actor("tainan-civil", Role.DRAFTER), basis(uncited), article="第99條")
    assert basis(uncited).article == "第99條"


def test_a_drafter_of_another_agency_keeps_its_hands_off():
    stranger = an_actor("tainan-civil", Role.DRAFTER)
    for act in (lambda: correct(stranger, basis_of()), lambda: end(stranger, basis_of(), clock.today())):
        with pytest.raises(NotAllowed):
            act()
    correct(DRAFTER, basis_of())


def test_the_first_day_of_one_that_a_case_item_in_force_cites_is_not_in_the_future():
    tomorrow = clock.today() + timedelta(days=1)
    with pytest.raises(InvalidInput) as refused:
        correct(DRAFTER, basis_of(), in_force_from=tomorrow)
    assert list(refused.value.fields) == ["in_force_from"]
    correct(DRAFTER, basis_of("subsidy"), in_force_from=tomorrow)  # cited by a version that still waits for its letter


def test_a_stale_correction_or_ending_is_refused():
    one = basis_of()
    correct(DRAFTER, one)
    for act in (lambda: correct(DRAFTER, one, text_zh="另一種"), lambda: end(DRAFTER, one, clock.today())):
        with pytest.raises(ChangedMeanwhile):
            act()
    assert (basis(one.id).text_zh, basis(one.id).in_force_to) == ("現在的條文", None)


def is_denied(on):
    with reading() as session:
        known = purpose(session, person_id=uuid.uuid4(), agency="tainan-social", case_item="allowance", on=on)
        facts = known.facts_for("income", ground=GroundFacts("consent", has_document=True))
    return conditions.legal_basis_is_in_force(facts)


def test_an_article_that_ends_is_in_force_to_its_last_day_and_denies_from_the_next():
    today = clock.today()
    assert is_denied(today + timedelta(days=1)) is None
    end(DRAFTER, basis_of(), today)
    assert is_denied(today) is None
    denial = is_denied(today + timedelta(days=1))
    assert denial is not None
    assert denial.rule == "legal_basis_ended"
    [entry] = entries()
    assert acts() == ["ended"]
    assert entry.text_commitment is not None
    assert "廢止".encode() not in entry.leaf()


def test_an_ending_is_taken_back_with_a_reason():
    today = clock.today()
    with pytest.raises(Conflict):
        end(DRAFTER, basis_of(), None)
    end(DRAFTER, basis_of(), today - timedelta(days=3))
    assert is_denied(today) is not None
    end(OPERATOR, basis_of(), None, reason="登錄錯誤，該條仍有效")
    assert is_denied(today) is None
    assert acts() == ["ended", "kept"]


def test_an_ending_needs_its_reason_and_does_not_stand_before_the_beginning():
    one = basis_of()
    with pytest.raises(InvalidInput) as refused:
        end(DRAFTER, one, clock.today(), reason="短")
    assert list(refused.value.fields) == ["reason"]
    identity = laws.add_legal_basis(DRAFTER, NEW)
    with pytest.raises(InvalidInput) as refused:
        end(DRAFTER, basis(identity), date(2025, 12, 31))
    assert list(refused.value.fields) == ["ends_on"]
    with pytest.raises(NotFound):
        laws.end_legal_basis(DRAFTER, 999_999, ends_on=clock.today(), reason=WHY, seen="")


def test_every_case_item_that_stands_on_an_article_is_shown_and_a_draft_to_those_who_find_it():
    with transaction() as session:
        session.execute(update(CaseItemVersion).where(CaseItemVersion.case_item == "subsidy").values(state="draft"))
    second = basis_of("subsidy").id
    with transaction() as session:
        version = session.scalars(select(CaseItemVersion.id).where(CaseItemVersion.case_item == "allowance")).one()
        session.add(VersionLegalBasis(version_id=version, seq=2, legal_basis=second))

    def standing(agency):
        with reading() as session:
            found = impact.case_items_on(an_actor(agency, Role.DRAFTER), session, second)
            return [(each.case_item, each.state, each.agencies) for each in found]

    assert standing("tainan-social") == [("allowance", "in_force", 1), ("subsidy", "draft", 1)]
    assert standing("tainan-civil") == [("allowance", "in_force", 1)]


def test_what_uses_a_data_item_is_found_and_what_ends_soon_is_counted():
    with reading() as session:
        using = impact.case_items_using(DRAFTER, session, ["income"])
    assert [(each.case_item, each.is_in_force) for each in using] == [("allowance", True), ("subsidy", False)]
    end(DRAFTER, basis_of(), clock.today() + timedelta(days=9))
    with reading() as session:
        soon = impact.bases_ending(session, "tainan-social", until=clock.today() + timedelta(days=30))
        assert [(each.article, count) for each, count in soon] == [("第1條", 1)]
        assert impact.bases_ending(session, "tainan-social", until=clock.today()) == []
        assert impact.bases_ending(session, "tainan-civil", until=clock.today() + timedelta(days=30)) == []


@pytest.mark.parametrize(
    ("article", "zh", "en"),
    [
        ("第44-3條", "第44條之3", "Article 44-3"),
        ("第44條之3", "第44條之3", "Article 44-3"),
        ("第5條", "第5條", "Article 5"),
        ("第5條第1項", "第5條第1項", "Article 5第1項"),
        ("全文", "全文", "全文"),
    ],
)
def test_an_article_is_cited_as_each_language_does(article, zh, en):
    assert cited(article) == Wording(zh, en)
