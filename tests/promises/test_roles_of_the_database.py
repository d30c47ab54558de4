"""資料庫本身的權限：平臺平日使用的資料庫帳號走得完整條查調流程，卻修改不了也刪除不了已寫下的軌跡。

Promise 4 (SECURITY.md, T1). PostgreSQL's own word: the ordinary role works the whole road of a look-up, and cannot touch what
was written.
"""

import uuid
from collections.abc import Iterator

import psycopg
import pytest

from admin.frame.opening import open_house
from admin.set_up import set_up
from connectors.simulated import faults
from govern.core import database
from govern.core.settings import Settings
from govern.people.grant import take_role
from govern.rules.actor import Role
from tests.support.houses import TestHouse, a_request

REFUSED = (
    "UPDATE entry SET kind = 'denied'",
    "DELETE FROM entry",
    "TRUNCATE entry CASCADE",
    "ALTER TABLE entry DISABLE TRIGGER ALL",
    "DROP TABLE entry CASCADE",
    "CREATE RULE quiet AS ON INSERT TO entry DO INSTEAD NOTHING",
    "CREATE TABLE public.entry_2 (id int)",
    "INSERT INTO entry_number (number, entry_id) SELECT 999999, id FROM entry LIMIT 1",
    "UPDATE entry_number SET number = number + 1000000",
    "DELETE FROM entry_waiting",
    "INSERT INTO entry_set_aside SELECT id, 'x', now() FROM entry LIMIT 1",
    "DELETE FROM segment",
    "UPDATE segment SET leaves = ''",
    "DELETE FROM checkpoint",
    "UPDATE checkpoint SET note = ''",
    "INSERT INTO checkpoint (size, root, at, note) VALUES (1, '', now(), '')",
    "UPDATE tile SET hashes = ''",
    "DELETE FROM tile",
    "UPDATE trail SET size = 0",
    "UPDATE alembic_version SET version_num = '0001'",
    "SET ROLE govern",
    "SET session_replication_role = replica",
)
NOT_EVEN_THE_SEQUENCER = (
    "UPDATE entry SET kind = 'denied'",
    "DELETE FROM entry",
    "DELETE FROM entry_number",
    "UPDATE segment SET leaves = ''",
    "DELETE FROM checkpoint",
    "DELETE FROM tile",
    "DELETE FROM trail",
)


@pytest.fixture(scope="module")
def addresses(postgresql_template: str | None) -> Iterator[dict[str, str]]:
    """A database of the owner's, and two roles beside it with nothing yet."""
    if postgresql_template is None:
        pytest.skip("no PostgreSQL server can be started here; SQLite knows no roles")
    name = f"roles_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgresql_template, autocommit=True) as connection:
        connection.execute("CREATE ROLE govern_ordinary LOGIN")
        connection.execute("CREATE ROLE govern_sequencer LOGIN")
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
    owner = postgresql_template.replace("/postgres", f"/{name}")
    yield {
        "database_url_owner": owner,
        "database_url": owner.replace("govern@", "govern_ordinary@"),
        "database_url_sequencer": owner.replace("govern@", "govern_sequencer@"),
    }
    database.release()
    with psycopg.connect(postgresql_template, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[arg-type]
        connection.execute("DROP ROLE govern_ordinary")
        connection.execute("DROP ROLE govern_sequencer")


@pytest.fixture(scope="module")
def house_of_roles(addresses: dict[str, str], land: Settings) -> TestHouse:
    """A house that was set up with the three roles: schema by the owner, catalogue by the ordinary one."""
    settings = land.model_copy(update=addresses)
    set_up(settings)
    faults.clear(land.folder / "simulated")
    return TestHouse(settings)


def test_the_ordinary_role_walks_the_whole_road_and_the_sequencer_numbers_it(house_of_roles: TestHouse) -> None:
    """以平日的帳號完成一件查調，並由編號程式編號、核對無誤。"""
    clerk = house_of_roles.a_clerk("ntpc-dist-banqiao", "disability_certificate")
    lookup = house_of_roles.submit(clerk, a_request())
    assert house_of_roles.run_due() == 1
    assert [task.state for task in house_of_roles.tasks(lookup)] == ["answered"]
    take_role(clerk.person, "ntpc-dist-banqiao", Role.CLERK)
    open_house(house_of_roles.settings, role="sequencer")
    assert house_of_roles.verified().ok
    open_house(house_of_roles.settings)


@pytest.mark.parametrize("sentence", REFUSED)
def test_the_ordinary_role_cannot_even_try(house_of_roles: TestHouse, addresses: dict[str, str], sentence: str) -> None:
    """平日的帳號下令修改或刪除軌跡，資料庫以權限不足拒絕。"""
    with psycopg.connect(addresses["database_url"]) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(sentence)  # type: ignore[arg-type]


@pytest.mark.parametrize("sentence", NOT_EVEN_THE_SEQUENCER)
def test_nor_does_the_sequencer_take_back_what_it_wrote(
    house_of_roles: TestHouse, addresses: dict[str, str], sentence: str
) -> None:
    """編號程式的帳號也收不回自己寫下的。"""
    with (
        psycopg.connect(addresses["database_url_sequencer"]) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(sentence)  # type: ignore[arg-type]


def test_the_same_sentences_are_possible_for_the_owner(house_of_roles: TestHouse, addresses: dict[str, str]) -> None:
    """檢核此檢核：同樣的指令由資料庫擁有者執行則可行，可見擋住的是權限；刪除仍被觸發程序擋下。

    Without the grants the triggers alone stand in the way.
    """
    with psycopg.connect(addresses["database_url_owner"]) as connection:
        connection.execute("UPDATE trail SET size = size")
        connection.rollback()
        with pytest.raises(psycopg.errors.RaiseException, match="only appended to"):
            connection.execute("DELETE FROM entry")
