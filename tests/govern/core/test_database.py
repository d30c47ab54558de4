"""One commit, all or nothing; readings that cannot write; no transaction inside another."""

import threading

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from govern.catalogue.agency import Agency
from govern.core import database
from govern.core.database import after_commit, assert_none_open, reading, transaction


def an_agency(code: str) -> Agency:
    return Agency(code=code, seq=1, name_zh="測試機關", name_en="Test agency", level="city", kind="test")


def test_a_transaction_that_fails_leaves_nothing_and_runs_nothing_after(database_address: str) -> None:
    ran: list[str] = []

    def fail() -> None:
        with transaction() as session:
            session.add(an_agency("one"))
            after_commit(session, lambda: ran.append("after"))
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        fail()
    with reading() as session:
        assert session.get(Agency, "one") is None
    assert ran == []


def test_what_was_put_off_runs_after_the_commit_in_order(database_address: str) -> None:
    seen: list[bool] = []

    def look() -> None:
        with reading() as session:
            seen.append(session.get(Agency, "one") is not None)

    with transaction() as session:
        session.add(an_agency("one"))
        after_commit(session, look)
        after_commit(session, look)
    assert seen == [True, True]


def test_a_reading_cannot_write_by_the_databases_own_means(database_address: str) -> None:
    with transaction() as session:
        session.add(an_agency("one"))
    with reading() as session, pytest.raises(DBAPIError):
        session.execute(update(Agency).values(name_zh="別的"))


def test_a_transaction_inside_another_is_refused(database_address: str) -> None:
    with transaction(), pytest.raises(RuntimeError), transaction():
        pass
    assert_none_open()


def test_writers_at_once_lose_no_update(database_address: str) -> None:
    with transaction() as session:
        session.add(an_agency("one"))

    def raise_it() -> None:
        for _ in range(20):
            with transaction() as session:
                row = session.scalars(select(Agency).where(Agency.code == "one").with_for_update()).one()
                row.seq += 1

    threads = [threading.Thread(target=raise_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading() as session:
        assert session.get_one(Agency, "one").seq == 81


def test_an_error_of_the_database_names_no_value(database_address: str) -> None:
    secret = "A123456789"
    with pytest.raises(DBAPIError) as error, transaction() as session:
        session.execute(text("INSERT INTO agency (code) VALUES (:code)"), {"code": secret})
    assert secret not in str(error.value)
    assert database.writer().hide_parameters
