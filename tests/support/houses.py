"""A whole house for tests of use cases: keys, catalogue, invented clerks, the real Valkey and the real simulated agencies.

Servers and keys are made once a session; each test gets a database of its own that already holds the catalogue, on SQLite
and on PostgreSQL. Nothing is mocked: a test that runs a task asks a real source over a real socket.
"""

import shutil
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select

from admin.frame.opening import open_house, signing
from admin.set_up import CATALOGUE, set_up
from audit.log.rows import macs_of
from audit.log.sequence import bring_up_to_date
from audit.log.verify import Verdict, verify
from connectors.simulated import faults, registers, serve
from govern.catalogue import load
from govern.core import clock, database
from govern.core.database import reading
from govern.core.ids import new_id
from govern.core.settings import Settings, load_settings
from govern.keys import ring
from govern.keys.envelope import SessionKeys, session_keys
from govern.lookups import run as run_step
from govern.lookups.lookup import Lookup, Task
from govern.lookups.request import FileInput, GroundInput, KeyInput, LookupRequest, SubjectInput
from govern.lookups.submit import submit
from govern.people import grant
from govern.people.reach import reach_of
from govern.people.session_life import SignedOn, actor_of
from govern.people.sign_on import sign_on
from govern.queue import embedded
from govern.queue.work import Work
from govern.rules.actor import Actor, Role
from govern.trail.entry import Entry
from tests.support.pool import Pool, Template
from tests.support.redis_servers import RedisPair, redis_pair

PASSWORD = "a long password for tests 7"
NUMBERS = ("W100000000", "W100000019", "W100000028", "W100000037", "W100000046", "W100000055", "W100000064")


@dataclass(slots=True)
class Clerk:
    """A signed-on clerk: the actor, the cookie's secret and keys."""

    person: uuid.UUID
    actor: Actor
    secret: bytes = field(repr=False)
    keys: SessionKeys = field(repr=False)


@dataclass(slots=True)
class TestHouse:
    """A house with the acts that tests speak in."""

    __test__ = False

    settings: Settings
    _made: int = 0

    def a_clerk(
        self, agency: str = "ntpc-dist-banqiao", *case_items: str, account: str | None = None, number: str | None = None
    ) -> Clerk:
        """An invented clerk with rights to use these case items, signed on."""
        self._made += 1
        name = account or f"clerk{self._made}"
        person = self.a_person(name, agency, Role.CLERK, number=number)
        for case_item in case_items:
            self.a_right(person, agency, case_item)
        return self.signed_on(name, person)

    def a_person(self, account: str, agency: str, *roles: Role, number: str | None = None) -> uuid.UUID:
        """An invented person with roles at an agency."""
        person = grant.make_person(
            ring.bound(),
            account_name=account,
            name="測試員（虛構）",
            agency=agency,
            password=PASSWORD,
            national_id=number or invented_number(self._made * 7 + len(account)),
            must_change_password=False,
            is_invented=True,
        )
        for role in roles:
            grant.give_role(person, agency, role)
        return person

    def an_actor(self, agency: str, *roles: Role, person: uuid.UUID | None = None) -> Actor:
        """Somebody with roles at an agency, with the reach that they give, for use cases that need no session."""
        with reading() as session:
            reach = reach_of(session, agency, frozenset(roles))
        return Actor(person or new_id(), f"{'-'.join(sorted(roles))}@{agency}", agency, frozenset(roles), reach=reach)

    def a_right(self, person: uuid.UUID, agency: str, case_item: str) -> uuid.UUID:
        """A right from today for a year."""
        today = clock.today()
        return grant.grant_right(
            ring.bound(),
            person,
            agency,
            case_item,
            starts_on=today,
            ends_on=today + timedelta(days=365),
            reason="測試",
        )

    def signed_on(self, account: str, person: uuid.UUID) -> Clerk:
        """The person's new log-in session."""
        found = sign_on(self.settings, ring.bound(), account, PASSWORD, None, "127.0.0.1")
        assert isinstance(found, SignedOn)
        with reading() as session:
            actor = actor_of(session, self.settings, found.secret, address="127.0.0.1")
        assert actor is not None
        return Clerk(person, actor, found.secret, session_keys(found.secret))

    def submit(self, clerk: Clerk, request: LookupRequest) -> uuid.UUID:
        """Submit, and give the look-up's id."""
        return submit(clerk.actor, request, self.settings).lookup_id

    def run_due(self) -> int:
        """Run every due task here, as a worker would; how many rows were tried."""
        with reading() as session:
            due = session.scalars(select(Work.id).where(Work.kind == "task", Work.due_at <= clock.now())).all()
        for work_id in due:
            run_step.run(work_id, self.settings)
        return len(due)

    def lookup(self, identity: uuid.UUID) -> Lookup:
        """The look-up's row as it is now."""
        with reading() as session:
            return session.get_one(Lookup, identity)

    def tasks(self, identity: uuid.UUID) -> list[Task]:
        """The look-up's tasks as they are now."""
        with reading() as session:
            return list(session.scalars(select(Task).where(Task.lookup == identity).order_by(Task.seq)))

    def kinds(self, identity: uuid.UUID) -> list[str]:
        """The kinds of a look-up's entries, in the order in which they were written."""
        with reading() as session:
            return list(session.scalars(select(Entry.kind).where(Entry.lookup == identity).order_by(Entry.id)))

    def verified(self) -> Verdict:
        """The trail numbered, signed and walked."""
        held = signing(self.settings)
        bring_up_to_date(macs_of(ring.bound()), held)
        return verify(macs_of(ring.bound()), held)

    def simulated(self) -> Path:
        """The simulated agencies' folder."""
        return self.settings.folder / "simulated"


def house_name(house: TestHouse) -> str:
    """Which database it was."""
    return "PostgreSQL" if house.settings.database_url.startswith("postgresql") else "SQLite"


def a_request(
    case_item: str = "disability_certificate",
    *,
    keys: tuple[tuple[str, str], ...] | None = None,
    ground: GroundInput | None = None,
    items: tuple[str, ...] | None = None,
    **what: object,
) -> LookupRequest:
    """A look-up's form, well filled in; what is named differs from that."""
    typed = keys if keys is not None else (registers.example_keys("hh_person_city")[0],)
    subject = SubjectInput(tuple(KeyInput(kind, text) for kind, text in typed), ground or consent())
    values: dict[str, object] = {
        "case_item": case_item,
        "case_number": "測試字第1150000001號",
        "subjects": (subject,),
        "items": items,
    }
    return LookupRequest(**{**values, **what})  # type: ignore[arg-type]


def a_file(rows: list[str], case_item: str = "veteran_care_batch") -> LookupRequest:
    """A file's form: rows numbered from 2, under a statutory duty."""
    ground = GroundInput("statutory_duty", "社助字第1150000002號", None)
    return LookupRequest(
        case_item=case_item,
        case_number="測試字第1150000002號",
        file=FileInput(tuple(enumerate(rows, start=2)), ground),
    )


def consent(document: str = "測同字第1號", on: date | None = None) -> GroundInput:
    """A consent with its document."""
    return GroundInput("consent", document, on or clock.today())


def invented_number(seed: int) -> str:
    """A national ID number that passes the check and stands in no register of the simulated agencies."""
    weights = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1)
    body = f"1{(seed * 7919) % 10_000_000:07d}"
    digits = "32" + body
    total = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))
    return f"W{body}{-total % 10}"


@pytest.fixture(scope="session")
def land(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Keys, the real Valkey and the simulated agencies, once a session; a SQLite database with the catalogue."""
    folder = tmp_path_factory.mktemp("land")
    settings = load_settings(data_dir=folder, unnumbered_limit_s=3600, source_deadline_s=10)
    set_up(settings)
    database.release()
    with embedded.start(folder):
        simulated = serve.start(folder / "simulated")
        try:
            yield settings
        finally:
            simulated.stop()


@pytest.fixture(scope="session")
def postgresql_with_catalogue(postgresql_template: str | None, land: Settings) -> Pool | None:
    """Databases of a second template on PostgreSQL, which holds the catalogue as well."""
    if postgresql_template is None:
        return None
    with psycopg.connect(postgresql_template, autocommit=True) as connection:
        connection.execute("CREATE DATABASE template_catalogue TEMPLATE template_govern")
    address = postgresql_template.replace("/postgres", "/template_catalogue")
    settings = load_settings(data_dir=land.data_dir, database_url=address)
    open_house(settings)
    load.load(CATALOGUE, settings=settings)
    database.release()
    return Pool(postgresql_template, Template("template_catalogue"))


@pytest.fixture(scope="session")
def redis_servers() -> Iterator[RedisPair | None]:
    """The system's redis-server twice, beside PostgreSQL; nothing where it is not installed."""
    with redis_pair() as pair:
        yield pair


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, land: Settings, tmp_path: Path) -> Iterator[TestHouse]:
    """A house on servers of its own: SQLite and Valkey, then PostgreSQL and the system's Redis where they can be had."""
    opened, end = _database(request, land, tmp_path)
    faults.clear(land.folder / "simulated")
    yield TestHouse(opened)
    faults.clear(land.folder / "simulated")
    end()


@pytest.fixture
def sqlite_house(land: Settings, tmp_path: Path) -> Iterator[TestHouse]:
    """A house on SQLite alone, for what does not touch the database's own ways."""
    opened = _sqlite(land, tmp_path)
    faults.clear(land.folder / "simulated")
    yield TestHouse(opened)
    faults.clear(land.folder / "simulated")
    database.release()


def sqlite_house_in(land: Settings, folder: Path) -> TestHouse:
    """A house on SQLite below a folder, for a module whose tests share one; whoever asks releases the database."""
    return TestHouse(_sqlite(land, folder))


def _database(request: pytest.FixtureRequest, land: Settings, tmp_path: Path) -> tuple[Settings, Callable[[], None]]:
    if request.param == "sqlite":
        return _sqlite(land, tmp_path), database.release
    pool: Pool | None = request.getfixturevalue("postgresql_with_catalogue")
    if pool is None:
        pytest.skip("no PostgreSQL server can be started here; the same tests ran on SQLite")
    name = pool.borrow()
    apart = _apart(land.model_copy(update={"database_url": pool.address(name)}), tmp_path)
    pair: RedisPair | None = request.getfixturevalue("redis_servers")
    if pair is not None:
        apart = apart.model_copy(update={"redis_url": pair.queue, "answers_url": pair.answers})
    open_house(apart)

    def end() -> None:
        database.release()
        pool.give_back(name)

    return apart, end


def _sqlite(land: Settings, tmp_path: Path) -> Settings:
    path = tmp_path / "house.sqlite3"
    shutil.copyfile(land.folder / "govern.sqlite3", path)
    settings = _apart(land.model_copy(update={"database_url": f"sqlite:///{path}"}), tmp_path)
    open_house(settings)
    return settings


def _apart(settings: Settings, tmp_path: Path) -> Settings:
    """Checkpoints' copies of one test must not meet another's: a folder of its own, all else linked to the land's."""
    folder = tmp_path / "data"
    if not folder.exists():
        folder.mkdir()
        for name in ("keys", "simulated", "trust.json"):
            (folder / name).symlink_to(settings.folder / name)
    return settings.model_copy(
        update={
            "data_dir": folder,
            "redis_url": embedded.queue_address(settings.folder),
            "answers_url": embedded.answers_address(settings.folder),
        }
    )
