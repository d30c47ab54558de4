"""A look-up's values sealed for keeping: subjects' keys, grounds' documents, case number and reason.

What is committed here is what the entry "asked" lists, so that a record can show later that it speaks of this subject and
no other, without showing the subject.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from govern.keys import ring
from govern.keys.subject import DataKey, SealedValue, data_key, seal
from govern.lookups.lookup import Ground, Lookup, Subject, SubjectKey
from govern.lookups.request import CanonicalSubject, GroundInput, LookupRequest
from govern.trail.leaf import commitments_root


@dataclass(frozen=True, slots=True)
class SealedLookup:
    """What was sealed, as the entry lists it."""

    case_number: SealedValue
    others: tuple[SealedValue, ...]
    listed: tuple[Mapping[str, object], ...]
    commitments: Mapping[int, bytes]
    texts: tuple[Mapping[str, object], ...] = ()

    @property
    def root(self) -> bytes:
        """The Merkle root of all subjects' commitments, in order."""
        return commitments_root(self.commitments[ordinal] for ordinal in sorted(self.commitments))

    def root_of(self, subjects: Sequence[CanonicalSubject]) -> bytes:
        """The Merkle root of a portion's commitments."""
        return commitments_root(self.commitments[subject.ordinal] for subject in subjects)


def seal_lookup(
    session: Session, lookup: Lookup, request: LookupRequest, subjects: Sequence[CanonicalSubject]
) -> SealedLookup:
    """Seal and add everything that the look-up keeps of its subjects; also adds the look-up itself, before what points at it."""
    key = data_key(
        ring.bound(), session, agency=lookup.agency, retention_years=lookup.retention_years, at=lookup.submitted_at
    )
    texts = _seal_texts(key, lookup, request)
    documents, grounds = _seal_grounds(key, lookup, subjects)
    values: list[SealedValue] = []
    rows: list[SubjectKey | Subject | Ground] = [*grounds]
    listed: list[Mapping[str, object]] = []
    commitments: dict[int, bytes] = {}
    for subject in subjects:
        sealed = _seal_subject(key, subject)
        values.extend(value for _, _, value in sealed)
        rows.extend(
            SubjectKey(lookup=lookup.id, ordinal=subject.ordinal, seq=seq, part=part, kind=kind, sealed_value=value.id)
            for seq, (part, kind, value) in enumerate(sealed, start=1)
        )
        commitments[subject.ordinal] = commitments_root(value.commitment for _, _, value in sealed)
        rows.append(
            Subject(
                lookup=lookup.id,
                ordinal=subject.ordinal,
                commitment=commitments[subject.ordinal],
                row_number=subject.row_number,
            )
        )
        listed.append(
            {
                "ordinal": subject.ordinal,
                "keys": [
                    {
                        "part": part,
                        "kind": kind,
                        "commitment": value.commitment,
                        "ciphertext_sha256": value.ciphertext_sha256,
                    }
                    for part, kind, value in sealed
                ],
            }
        )
    session.add_all((*texts, *documents, *values))
    session.flush()  # values before what points at them: look-up, grounds, keys
    session.add(lookup)
    session.flush()
    session.add_all(rows)
    return SealedLookup(
        texts[0],
        (*texts[1:], *documents, *values),
        tuple(listed),
        commitments,
        tuple(
            {"kind": text.kind, "commitment": text.commitment, "ciphertext_sha256": text.ciphertext_sha256}
            for text in (*texts[1:], *documents)
        ),
    )


def _seal_texts(key: DataKey, lookup: Lookup, request: LookupRequest) -> list[SealedValue]:
    """Case number and, if there is one, reason; the look-up points at them."""
    texts = [seal(key, "case_number", request.case_number.strip())]
    if request.reason.strip():
        texts.append(seal(key, "reason", request.reason.strip()))
    lookup.case_number = texts[0].id
    lookup.reason = texts[1].id if len(texts) > 1 else None
    return texts


def _seal_subject(key: DataKey, subject: CanonicalSubject) -> list[tuple[str, str, SealedValue]]:
    held = ring.bound()
    sealed = [("key", k.kind, seal(key, k.kind, k.value, index=held.index(k.kind, k.value))) for k in subject.keys]
    sealed += [("narrowing", name, seal(key, name, text)) for name, text in sorted(subject.narrowing.items())]
    return sealed


def _seal_grounds(
    key: DataKey, lookup: Lookup, subjects: Sequence[CanonicalSubject]
) -> tuple[list[SealedValue], list[Ground]]:
    """A ground per subject. The rows of a file share one ground and one sealed document."""
    sealed: dict[int, SealedValue] = {}
    kept: list[tuple[CanonicalSubject, GroundInput]] = [(subject, subject.ground) for subject in subjects]
    for _, ground in kept:
        if ground.document.strip() and id(ground) not in sealed:
            sealed[id(ground)] = seal(key, "document", ground.document.strip())
    grounds = [
        Ground(
            lookup=lookup.id,
            ordinal=subject.ordinal,
            kind=ground.kind or "none",
            document=sealed[id(ground)].id if id(ground) in sealed else None,
            signed_on=ground.signed_on,
        )
        for subject, ground in kept
    ]
    return list(sealed.values()), grounds
