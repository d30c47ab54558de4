"""Who asked, for what, on which laws, about whom: the part of a record that was fixed at submission.

Subjects are opened here, masked, and let go; nothing else of this house opens so many at once.
"""

import re
import uuid
from collections.abc import Mapping
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from govern.catalogue.case_item import CaseItem as CaseItemRow
from govern.catalogue.case_item import CaseItemVersion
from govern.catalogue.legal_basis import LegalBasis as LegalBasisRow
from govern.catalogue.legal_basis import VersionLegalBasis
from govern.core.wording import Wording
from govern.keys import ring
from govern.keys.subject import open_value
from govern.lookups.lookup import Ground as GroundRow
from govern.lookups.lookup import Lookup, SubjectKey
from govern.people.person import Person
from govern.people.session import LogInSession
from govern.rules.grounds import GROUNDS
from govern.rules.identifiers import kinds
from reports.record.content import CaseItem, Ground, LegalBasis, MaskedKey, Named, Subject, Who

FORGOTTEN: Final = Wording("（已依保存年限銷毀）", "(forgotten at the end of its retention)")
CLERK: Final = Named("clerk", "承辦人", "clerk")
STRENGTHS: Final[Mapping[str, Wording]] = {
    "password": Wording("帳號密碼", "password"),
    "oidc": Wording("單一簽入", "single sign-on"),
    "card": Wording("憑證卡", "certificate card"),
}
KINDS_OF_CASE: Final[Mapping[str, Wording]] = {
    "application": Wording("人民申請案", "a citizen's application"),
    "statutory_duty": Wording("法定業務執行", "statutory duty"),
}


def who(session: Session, lookup: Lookup, person: Person, names: Mapping[str, Wording]) -> Who:
    """The person who asked, as they were at submission; how the log-in was proven comes from its session."""
    log_in = session.get(LogInSession, lookup.session_hash)
    strength = log_in.strength if log_in else "password"
    return Who(
        name=person.name,
        invented=person.is_invented,
        account=lookup.account,
        agency=named(lookup.agency, names),
        role=CLERK,
        signed_in=named(strength, STRENGTHS),
    )


def case_item(session: Session, version: CaseItemVersion, names: Mapping[str, Wording]) -> CaseItem:
    """The purpose, in the version under which was asked."""
    business = session.get_one(CaseItemRow, version.case_item).business_agency
    kind = KINDS_OF_CASE.get(version.kind, Wording(version.kind, version.kind))
    return CaseItem(
        code=version.case_item,
        version=version.version,
        zh=version.name_zh,
        en=version.name_en,
        purpose_zh=f"辦理{version.name_zh}，{kind.zh}",
        purpose_en=f"{version.name_en}, {kind.en}",
        business_agency=named(business, names),
    )


def legal_bases(session: Session, version: CaseItemVersion) -> tuple[LegalBasis, ...]:
    """The articles the version stands on, with their text as frozen at its approval."""
    rows = session.execute(
        select(LegalBasisRow, VersionLegalBasis.text_zh)
        .join(VersionLegalBasis, VersionLegalBasis.legal_basis == LegalBasisRow.id)
        .where(VersionLegalBasis.version_id == version.id)
        .order_by(VersionLegalBasis.seq)
    )
    return tuple(
        LegalBasis(
            f"{basis.law_zh}{_article_zh(basis.article)}", f"{basis.law_en}, {_article(basis.article)}", text or ""
        )
        for basis, text in rows
    )


def _article_zh(article: str) -> str:
    """第44-3條 as laws are cited, 第44條之3; another form stays as it is."""
    return re.sub(r"^第([0-9]+)-([0-9]+)條", r"第\1條之\2", article)


def _article(article: str) -> str:
    """第44條之3 and 第44-3條 as art. 44-3; another form stays as it is."""
    found = re.fullmatch(r"第([0-9]+)(?:-([0-9]+)條|條之([0-9]+)|條)(.*)", article)
    if found is None:
        return article
    number = "-".join(part for part in found.groups()[:3] if part)
    return f"art. {number}{found[4]}"


def subjects(session: Session, lookup: Lookup) -> tuple[Subject, ...]:
    """Kind and masked key of every subject: the value is opened here, masked, and let go."""
    keys: dict[int, list[MaskedKey]] = {}
    rows = session.scalars(
        select(SubjectKey)
        .where(SubjectKey.lookup == lookup.id, SubjectKey.part == "key")
        .order_by(SubjectKey.ordinal, SubjectKey.seq)
    )
    for row in rows:
        value = open_value(ring.bound(), session, row.sealed_value)
        masked = FORGOTTEN.zh if value is None else kinds.masked(row.kind, value)
        keys.setdefault(row.ordinal, []).append(MaskedKey(named(row.kind, kinds.NAMES), masked))
    documents: dict[uuid.UUID, str] = {}
    grounds = session.scalars(select(GroundRow).where(GroundRow.lookup == lookup.id).order_by(GroundRow.ordinal))
    return tuple(
        Subject(ground.ordinal, tuple(keys.get(ground.ordinal, ())), _ground(session, ground, documents))
        for ground in grounds
    )


def _ground(session: Session, ground: GroundRow, documents: dict[uuid.UUID, str]) -> Ground:
    rule = GROUNDS.get(ground.kind)
    name = Wording("未填", "none given") if rule is None else rule.name
    if ground.document is not None and ground.document not in documents:
        documents[ground.document] = opened(session, ground.document)
    return Ground(
        Named(ground.kind, name.zh, name.en),
        documents[ground.document] if ground.document else "",
        ground.signed_on.isoformat() if ground.signed_on else None,
    )


def opened(session: Session, identity: uuid.UUID) -> str:
    """A sealed text in clear, or the word for one that was forgotten."""
    value = open_value(ring.bound(), session, identity)
    return FORGOTTEN.zh if value is None else value


def named(code: str, names: Mapping[str, Wording]) -> Named:
    """A code with its names; one that nobody knows any more stands for itself."""
    name = names.get(code, Wording(code, code))
    return Named(code, name.zh, name.en)
