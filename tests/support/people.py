"""Builders: a small tree of agencies, persons with roles, and a way to be signed on as one of them."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from sqlalchemy import select

from govern.catalogue.agency import Agency
from govern.catalogue.case_item import CaseItem, CaseItemVersion, VersionAgency
from govern.core import clock
from govern.core.database import reading, transaction
from govern.core.settings import Settings, load_settings
from govern.keys.ring import Ring
from govern.people import grant
from govern.people.sign_on import SignedOn, actor_of, sign_on
from govern.rules.actor import Actor, Role
from govern.trail.entry import Entry

PASSWORD: Final = "a long enough password"
# A city with two departments, an office below the first, and a ministry beside them.
TREE: Final = (
    ("city", "city", None),
    ("social", "first", "city"),
    ("social-office", "second", "social"),
    ("civil", "first", "city"),
    ("ministry", "central", None),
)


def some_agencies() -> None:
    """The tree stands."""
    with transaction() as session:
        for seq, (code, level, parent) in enumerate(TREE, start=1):
            session.add(
                Agency(
                    code=code,
                    seq=seq,
                    name_zh=code,
                    name_en=code,
                    level=level,
                    kind="office",
                    parent=parent,
                    is_data_owner=level != "city",
                )
            )
            session.flush()


def a_case_item_in_force(code: str, business_agency: str, *agencies: str) -> None:
    """A case item whose version in force authorises these agencies and asks for nothing."""
    today = clock.today()
    with transaction() as session:
        seq = len(session.scalars(select(CaseItem.code)).all()) + 1
        session.add(CaseItem(code=code, seq=seq, business_agency=business_agency))
        session.flush()
        version = CaseItemVersion(
            case_item=code,
            version=1,
            state="in_force",
            name_zh=code,
            name_en=code,
            kind="application",
            urgency="normal",
            consent_required=True,
            valid_from=today,
            valid_to=today + timedelta(days=365),
            retention_years=5,
            content_sha256=bytes(32),
        )
        session.add(version)
        session.flush()
        session.add_all(VersionAgency(version_id=version.id, agency=each, seq=seq) for seq, each in enumerate(agencies))


def some_settings(**given: object) -> Settings:
    """Settings as tests of people need them."""
    return load_settings(**given)


def a_national_id(number: int) -> str:
    """An invented national ID with a right check digit."""
    body = f"1{number:07d}"
    total = 1 + sum(int(digit) * weight for digit, weight in zip(body, range(8, 0, -1), strict=True))
    return f"A{body}{-total % 10}"


def a_person(ring: Ring, account: str = "chen", agency: str = "social", *roles: Role, number: int = 1) -> uuid.UUID:
    """A person with an account that needs no new password, and roles at an agency."""
    person = grant.make_person(
        ring,
        account_name=account,
        name="陳虛構",
        agency=agency,
        password=PASSWORD,
        national_id=a_national_id(number),
        must_change_password=False,
        is_invented=True,
    )
    for role in roles:
        grant.give_role(person, agency, role)
    return person


def signed_on(settings: Settings, ring: Ring, account: str = "chen", agency: str | None = None) -> SignedOn:
    """A log-in that succeeds."""
    found = sign_on(settings, ring, account, PASSWORD, agency, "127.0.0.1")
    assert isinstance(found, SignedOn)
    return found


def who(settings: Settings, secret: bytes) -> Actor | None:
    """Who acts with a cookie's secret."""
    with reading() as session:
        return actor_of(session, settings, secret, address="127.0.0.1")


def entries(*kinds: str) -> list[Entry]:
    """The entries of these kinds, in the order in which they were written."""
    with reading() as session:
        return list(session.scalars(select(Entry).where(Entry.kind.in_(kinds)).order_by(Entry.id)))


@contextmanager
def later(seconds: float) -> Iterator[None]:
    """Within the block the house's clock is so many seconds ahead."""
    before: Callable[[], object] = clock.now
    at = before()
    with clock.clock_reads(lambda: at + timedelta(seconds=seconds)):  # type: ignore[operator]
        yield
