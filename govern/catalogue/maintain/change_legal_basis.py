"""Articles of laws are kept by drafters of the business agencies that cite them, and by operators: added, corrected, ended.

A version holds the article's text as it stood at its approval, so that a correction is for versions to come. Law and article
of one that is cited stay as they are. An article that ends denies look-ups from the next day, by the condition on legal
bases; the day is stated or taken back with a reason.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from govern.catalogue.as_files.values import Normal
from govern.catalogue.case_item import CaseItem, CaseItemVersion
from govern.catalogue.legal_basis import LegalBasis, VersionLegalBasis
from govern.catalogue.maintain.shown import demand_unchanged, reason_in, refuse, say, sealed_reason, texts
from govern.core import clock
from govern.core.database import transaction
from govern.core.errors import Conflict, NotAllowed, NotFound
from govern.core.wording import Wording
from govern.rules.actor import Actor, Role
from govern.trail.kinds.catalogue import LegalBasisChanged

TEXTS: Final[Mapping[str, int]] = {"law_zh": 120, "law_en": 240, "article": 60, "text_zh": 20_000}
NEEDED_TEXTS: Final = frozenset({"law_zh", "law_en", "article", "text_zh"})
_WITH_PART: Final = re.compile(r"第([0-9]+)條之([0-9]+)")

KNOWN: Final = Wording("這一條已經登錄。", "This article is on file already.")
IS_CITED: Final = Wording(
    "已有案件項目引用，法規名稱與條號不能改；請另行登錄新的一條。",
    "Case items cite it, so law and article stay; please add the new article instead.",
)
NOT_YET: Final = Wording(
    "生效中的案件項目引用這一條，生效日不得晚於今天。",
    "A case item in force cites it: its first day cannot be later than today.",
)
ENDS_FIRST: Final = Wording("終止日早於生效日。", "The last day is before the first.")
NOTHING_TO_KEEP: Final = Wording("這一條沒有登錄終止日。", "No last day is stated for this article.")


@dataclass(frozen=True, slots=True)
class LegalBasisContent:
    """What is said of an article: law, article, text, its first day, and whether the text was checked against the source."""

    law_zh: str
    law_en: str
    article: str
    text_zh: str
    in_force_from: date | None
    is_checked: bool


def shown(basis: LegalBasis) -> Normal:
    """An article as pages show it, for the hash that a form carries."""
    facts: dict[str, Any] = {
        "law_zh": basis.law_zh,
        "law_en": basis.law_en,
        "article": basis.article,
        "text_zh": basis.text_zh,
        "is_checked": basis.is_checked,
        "in_force_from": basis.in_force_from.isoformat() if basis.in_force_from else None,
        "in_force_to": basis.in_force_to.isoformat() if basis.in_force_to else None,
    }
    return {name: value for name, value in facts.items() if value is not None}


def content_of(basis: LegalBasis) -> LegalBasisContent:
    """What stands there now, as a form begins."""
    return LegalBasisContent(
        law_zh=basis.law_zh,
        law_en=basis.law_en,
        article=basis.article,
        text_zh=basis.text_zh or "",
        in_force_from=basis.in_force_from,
        is_checked=basis.is_checked,
    )


def may_add(actor: Actor) -> bool:
    """True for a drafter of any agency, who will cite it, and for an operator."""
    return actor.holds(Role.DRAFTER, Role.OPERATOR)


def may_change(actor: Actor, session: Session, basis: LegalBasis) -> bool:
    """True for an operator, and for a drafter whose agency's case items cite the article; for one uncited, any drafter."""
    if actor.holds(Role.OPERATOR):
        return True
    if not actor.holds(Role.DRAFTER):
        return False
    return _is_cited(session, basis, by=actor.agency) or not _is_cited(session, basis)


def add_legal_basis(actor: Actor, content: LegalBasisContent) -> int:
    """The article is on file and can be cited; returns its id. `Conflict` when it is on file already, in either spelling."""
    if not may_add(actor):
        raise NotAllowed
    values = _values(content)
    refuse(texts(values, TEXTS, NEEDED_TEXTS))
    with transaction() as session:
        basis = LegalBasis(**values)
        _refuse_twice(session, basis)
        session.add(basis)
        session.flush()
        say(session, LegalBasisChanged, str(basis.id), None, shown(basis), by=actor, act="added")
        return basis.id


def change_legal_basis(actor: Actor, identity: int, content: LegalBasisContent, *, seen: str) -> None:
    """What is on file is corrected; versions keep the text that they were approved with.

    Raises `NotAllowed`, `InvalidInput` with the inputs, `ChangedMeanwhile`, and `Conflict` for an article on file already.
    """
    values = _values(content)
    with transaction() as session:
        basis = _locked(actor, session, identity)
        wrong = texts(values, TEXTS, NEEDED_TEXTS)
        if (values["law_zh"], values["article"]) != (basis.law_zh, basis.article) and _is_cited(session, basis):
            wrong["article"] = IS_CITED
        if content.in_force_from is not None:
            if basis.in_force_to is not None and basis.in_force_to < content.in_force_from:
                wrong["in_force_from"] = ENDS_FIRST
            if content.in_force_from > clock.today() and _is_cited(session, basis, state="in_force"):
                wrong["in_force_from"] = NOT_YET
        refuse(wrong)
        before = shown(basis)
        demand_unchanged(seen, before)
        for name, value in values.items():
            setattr(basis, name, value)
        _refuse_twice(session, basis)
        session.flush()
        if shown(basis) != before:
            say(session, LegalBasisChanged, str(identity), before, shown(basis), by=actor, act="corrected")


def end_legal_basis(actor: Actor, identity: int, *, ends_on: date | None, reason: str, seen: str) -> None:
    """The article is in force to the day given, that day included; with no day, an ending that was stated is taken back.

    Look-ups under case items that stand on it are denied from the next day. A day that has passed denies at once. The reason
    is sealed. Raises `NotAllowed`, `InvalidInput`, `ChangedMeanwhile`, and `Conflict` when there is no ending to take back.
    """
    said = reason_in(reason)
    with transaction() as session:
        basis = _locked(actor, session, identity)
        if ends_on is not None and basis.in_force_from is not None and ends_on < basis.in_force_from:
            refuse({"ends_on": ENDS_FIRST})
        before = shown(basis)
        demand_unchanged(seen, before)
        if ends_on is None and basis.in_force_to is None:
            raise Conflict(NOTHING_TO_KEEP, code="not_ending")
        basis.in_force_to = ends_on
        session.flush()
        sealed = sealed_reason(session, actor.agency, said)
        act = "kept" if ends_on is None else "ended"
        say(session, LegalBasisChanged, str(identity), before, shown(basis), by=actor, reason=sealed, act=act)


def canonical(article: str) -> str:
    """An article's number as the catalogue's files write it: 第44條之3 is 第44-3條, and no space within."""
    plain = "".join(unicodedata.normalize("NFKC", article).split())
    return _WITH_PART.sub(lambda found: f"第{found[1]}-{found[2]}條", plain)


def _locked(actor: Actor, session: Session, identity: int) -> LegalBasis:
    basis = session.get(LegalBasis, identity, with_for_update=True)
    if basis is None:
        raise NotFound
    if not may_change(actor, session, basis):
        raise NotAllowed
    return basis


def _values(content: LegalBasisContent) -> dict[str, Any]:
    return {
        "law_zh": content.law_zh.strip(),
        "law_en": content.law_en.strip(),
        "article": canonical(content.article),
        "text_zh": content.text_zh.strip() or None,
        "in_force_from": content.in_force_from,
        "is_checked": content.is_checked,
    }


def _refuse_twice(session: Session, basis: LegalBasis) -> None:
    with session.no_autoflush:
        rows = session.execute(select(LegalBasis.id, LegalBasis.article).where(LegalBasis.law_zh == basis.law_zh))
        others = {canonical(article) for identity, article in rows if identity != basis.id}
    if canonical(basis.article) in others:
        raise Conflict(KNOWN, code="article_known")


def _is_cited(session: Session, basis: LegalBasis, *, by: str | None = None, state: str | None = None) -> bool:
    """Whether a version cites it: any, one of an agency's case items, one in a state. A version withdrawn cites nothing."""
    cites = (
        select(VersionLegalBasis.seq)
        .join(CaseItemVersion, CaseItemVersion.id == VersionLegalBasis.version_id)
        .join(CaseItem, CaseItem.code == CaseItemVersion.case_item)
        .where(VersionLegalBasis.legal_basis == basis.id, CaseItemVersion.state != "withdrawn")
    )
    if by is not None:
        cites = cites.where(CaseItem.business_agency == by)
    if state is not None:
        cites = cites.where(CaseItemVersion.state == state)
    return bool(session.scalar(select(exists(cites))))
