"""A case item's life, played: 青年住宅 is proposed anew with one more tax field, approved part by part, and in force.

Another proposal is left for whoever opens the console: it waits for its owners.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import select

from admin.demo.people import SignedOnPlayer
from govern.catalogue.case_item import CaseItemVersion
from govern.catalogue.life import approve, draft, letter, propose
from govern.catalogue.life.content import DraftContent, DraftField, DraftItem, content_of
from govern.core import clock
from govern.core.clock import TAIPEI
from govern.core.database import reading
from govern.rules.actor import Actor
from govern.trail.entry import Entry

CASE_ITEM: Final = "youth_housing"
ITEM: Final = "tax_property_national"
FIELD: Final = DraftField(
    "share",
    "clear",
    necessity_zh="家庭成員僅持有房屋小部分持分時，須知其比例方能認定是否自有住宅。",
    necessity_en="Where a member owns a small share of a house, its size decides whether that counts as a home.",
)
WAITING: Final = "rent_subsidy"
WAITING_ITEM: Final = "hh_household_city"
WAITING_FIELD: Final = DraftField("member_marital_status", "clear")
# What the catalogue's files leave open is demanded of every new version: why a highly sensitive field must be seen.
NECESSITY: Final[Mapping[str, tuple[str, str]]] = {
    "member_national_id": (
        "須以身分證號核對申請人與全戶家庭成員是否為同一人，並據以查調各成員之財稅資料。",
        "Household members are matched by their ID numbers, by which their tax data is then looked up.",
    ),
    "income_total": (
        "家庭年所得是否在公告標準以下為申請資格，須知所得總額所在級距。",
        "Whether the family's income is within the announced limit decides; the band of the total is needed.",
    ),
}
SUPERIOR: Final = "tw-mof"
LETTER_NUMBER: Final = "範例字第115000201號"
SCAN: Final = letter.Scan(
    "財政部核備函（虛構）.pdf",
    "application/pdf",
    b"%PDF-1.4\n% invented for the demonstration\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n",
)


def play(players: Mapping[str, SignedOnPlayer]) -> int:
    """The new version is in force; its number. Drafter, both owners' approvers and the letter, each by its own person."""
    version = _propose(players["drafter"].actor, CASE_ITEM, ITEM, FIELD)
    approve.approve(players["approver"].actor, CASE_ITEM, version, round=1, reason="戶籍資料部分與現行版本相同")
    approve.approve(players["approver.tw-fia"].actor, CASE_ITEM, version, round=1)
    letter.enter_letter(
        players["approver.tw-fia"].actor,
        CASE_ITEM,
        version,
        superior=SUPERIOR,
        number=LETTER_NUMBER,
        approved_on=clock.today(),
        scan=SCAN,
    )
    print(f"業務案件項目 case item: {CASE_ITEM} 第 {version} 版已生效 is in force", flush=True)
    return version


def leave_one_waiting(players: Mapping[str, SignedOnPlayer]) -> None:
    """A proposal of the same drafter waits for the word of its four owners."""
    _propose(players["drafter"].actor, WAITING, WAITING_ITEM, WAITING_FIELD)


def _propose(drafter: Actor, code: str, item: str, field: DraftField) -> int:
    """A version with one more field is proposed; its number."""
    version = draft.draft_change_of(drafter, code)
    with reading() as session:
        row = session.scalars(
            select(CaseItemVersion).where(CaseItemVersion.case_item == code, CaseItemVersion.version == version)
        ).one()
        content, edition = content_of(session, row.id), row.edition
    edition = draft.amend(drafter, code, version, _with_one_more(content, item, field), edition=edition)
    propose.propose(drafter, code, version, edition=edition)
    return version


def steps(version: int) -> dict[str, Any]:
    """What the report says of it: each step, the role that took it, and when, as the trail has them."""
    with reading() as session:
        entries = session.execute(
            select(Entry.kind, Entry.role, Entry.at)
            .where(Entry.case_item == CASE_ITEM, Entry.case_item_version == version, Entry.lookup.is_(None))
            .order_by(Entry.id)
        ).all()
    taken = [
        {"step": kind, "by_role": role or "calendar", "at": at.astimezone(TAIPEI).isoformat()}
        for kind, role, at in entries
    ]
    return {"code": CASE_ITEM, "version": version, "steps": taken}


def _with_one_more(content: DraftContent, item: str, field: DraftField) -> DraftContent:
    items = []
    for each in content.items:
        fields = tuple(_explained(one) for one in each.fields)
        items.append(DraftItem(each.item, (*fields, field) if each.item == item else fields))
    return replace(content, items=tuple(items))


def _explained(field: DraftField) -> DraftField:
    if field.necessity_zh or field.field not in NECESSITY:
        return field
    zh, en = NECESSITY[field.field]
    return replace(field, necessity_zh=zh, necessity_en=en)
