"""Set a house up: folder, keys, trust, schema, catalogue. Each step does what is missing and leaves what is there."""

import json
import os
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import inspect, make_url, select, text

from admin.frame.opening import House, open_house, signing
from admin.grants import grant_all
from connectors.simulated import serve as simulated
from connectors.simulated import time_stamp
from govern.catalogue import load
from govern.catalogue.agency import Agency
from govern.core import database
from govern.core.database import reading, transaction
from govern.core.errors import WrongSetting
from govern.core.settings import Settings
from govern.core.wording import Wording
from govern.keys import ring
from govern.keys.signer import make_log_key, make_record_keys, record_key
from govern.trail.append import append
from govern.trail.entry import Entry
from govern.trail.kinds.system import SetUp

ROOT: Final = Path(__file__).parent.parent
CATALOGUE: Final = ROOT / "govern" / "catalogue" / "files"


def set_up(settings: Settings, *, with_catalogue: bool = True) -> House:
    """The house stands: keys, trust, schema and catalogue are there, and this process has it open.

    Set up already, this takes a fraction of a second. On a database of one's own the schema is migrated too; its owner's
    role is named by `GOVERN_DATABASE_URL_OWNER`. `WrongSetting` says what is in the way. Without `with_catalogue` an empty
    house stays empty: another city's catalogue is then the first.
    """
    os.umask(0o077)
    folder = settings.folder
    make_folder(folder)
    keys = folder / "keys"
    ring.make_keys(keys)
    make_record_keys(keys)
    make_log_key(keys)
    if settings.demonstration:
        _prepare_simulated(folder)
    _write_trust(settings)
    if not is_migrated(settings):
        migrate(settings.database_address("owner"))
    _grant(settings)
    house = open_house(settings)
    _first_entry(settings)
    if with_catalogue:
        _first_catalogue(settings)
    return house


def make_folder(folder: Path) -> None:
    """The data folder is there, for its owner alone; `WrongSetting` says why it cannot be."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as wrong:
        raise WrongSetting(
            Wording(
                f"GOVERN_DATA_DIR 指定的資料夾無法建立：{wrong.strerror}。",
                f"The folder of GOVERN_DATA_DIR cannot be made: {wrong.strerror}.",
            )
        ) from None


def migrate(address: str) -> None:
    """The newest schema on a database; forward only."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["address"] = address
    command.upgrade(config, "head")


def is_migrated(settings: Settings) -> bool:
    """Whether the database has the newest schema."""
    newest = ScriptDirectory(str(ROOT / "migrations")).get_current_head()
    engine = database.bind(settings.database_address("owner"))
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == newest


def _grant(settings: Settings) -> None:
    """The ordinary role and the sequencer's get their rights, where the owner is another role of a PostgreSQL server."""
    owner, ordinary, sequencer = (make_url(settings.database_address(role)) for role in ("owner", "", "sequencer"))
    if ordinary.username in (None, owner.username):
        return
    database.bind(settings.database_address("owner"))
    with transaction() as session:
        grant_all(session.connection(), str(ordinary.username), str(sequencer.username))


def _prepare_simulated(folder: Path) -> None:
    """The simulated agencies' keys, certificates and WSDLs; their accounts go to our keys' folder."""
    place = folder / "simulated"
    path = folder / "keys" / "credentials.json"
    time_stamp.prepare(place)
    if path.exists() and (place / "ca.pem").exists():
        return
    credentials = simulated.prepare(place)
    write_file(path, json.dumps(credentials, indent=1, sort_keys=True))


def _write_trust(settings: Settings) -> None:
    """`trust.json`: what a stranger needs to check records of this installation (docs/record.md)."""
    path = settings.folder / "trust.json"
    if path.exists():
        return
    signer = signing(settings).signer
    stamps = settings.folder / "simulated" / time_stamp.AUTHORITY
    trust = {
        "record_authorities": [
            certificate.public_bytes(Encoding.PEM).decode()
            for certificate in record_key(settings.folder / "keys").authorities
        ],
        "time_stamp_authorities": [stamps.read_text()] if stamps.exists() else [],
        "log_origin": settings.log_origin,
        "log_key": signer.key().text(),
    }
    write_file(path, json.dumps(trust, indent=1))


def write_file(path: Path, content: str) -> None:
    """A file that its owner alone may read, whole or not at all."""
    beside = path.with_suffix(".new")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def _first_entry(settings: Settings) -> None:
    with reading() as session:
        if session.execute(select(Entry.id).limit(1)).first() is not None:
            return
    with transaction() as session:
        append(session, SetUp(log_origin=settings.log_origin, is_demonstration=settings.demonstration))


def _first_catalogue(settings: Settings) -> None:
    with reading() as session:
        if session.execute(select(Agency.code).limit(1)).first() is not None:
            return
    load.load(CATALOGUE, settings=settings)
