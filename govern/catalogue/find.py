"""Find in the catalogue by words: what an actor may know of, by any part of its names, through the index of names."""

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import Session

from govern.catalogue.case_item import CaseItem, CaseItemVersion
from govern.catalogue.legal_basis import VersionLegalBasis
from govern.catalogue.scope import versions_for, was_proposed
from govern.names.index import holding
from govern.names.parts import words_of
from govern.rules.actor import Actor


def called(actor: Actor, session: Session, words: str) -> ColumnElement[bool]:
    """Whether a case item holds every word in a name, its code or a law of a version of which the actor may know.

    Name and laws are everybody's from the proposal on; those of a draft are for whoever may read it.
    """
    readable = versions_for(actor, session).with_only_columns(CaseItemVersion.id)
    known = or_(was_proposed(), CaseItemVersion.id.in_(readable))
    return and_(
        true(),
        *[CaseItem.code.in_(select(CaseItemVersion.case_item).where(_says(word), known)) for word in words_of(words)],
    )


def _says(word: str) -> ColumnElement[bool]:
    on_law = select(VersionLegalBasis.version_id).where(holding("legal_basis", VersionLegalBasis.legal_basis, word))
    return or_(holding("case_item_version", CaseItemVersion.id, word), CaseItemVersion.id.in_(on_law))
