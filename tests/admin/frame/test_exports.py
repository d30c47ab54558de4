"""A list written by a worker: all of it, within what the asker may see by then, sealed at rest, gone with the day."""

import csv
import io
import uuid
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import insert, select, text, update

from admin.frame.lists import counted, estimate
from admin.processes import jobs_of_a_worker
from govern.catalogue.agency import Agency
from govern.core import clock
from govern.core.database import reading, transaction
from govern.people.person import RoleHeld
from govern.queue.work import Work
from govern.rules.actor import Role
from govern.trail.entry import Entry
from govern.workplace import export
from govern.workplace.export import OPEN_AT_MOST, Export
from tests.support.console import Browser, a_person, console_settings, text_of

MANY = 2500  # more than two pages of the walk


@pytest.fixture
def head(console_on_both: Flask) -> Browser:
    """Somebody who heads a department, in front of a list of two and a half thousand agencies."""
    rows = [
        {"code": f"m{number:04}", "name_zh": f"=機關{number:04}", "name_en": "m", "level": "second", "kind": "bureau"}
        for number in range(MANY)
    ]
    with transaction() as session:
        session.execute(insert(Agency), rows)
    a_person("head", "ntpc-civil", Role.HEAD)
    browser = Browser(console_on_both)
    browser.log_in("head")
    return browser


def asked() -> list[Export]:
    with reading() as session:
        return list(session.scalars(select(Export).order_by(Export.id)))


def works() -> list[uuid.UUID]:
    with reading() as session:
        return list(session.scalars(select(Work.id).where(Work.kind == export.WORK)))


def written(folder: Path) -> None:
    """A worker does what is due."""
    for work in works():
        jobs_of_a_worker(console_settings(folder))[export.WORK].run(work)


def entries(kind: str) -> Sequence[Entry]:
    with reading() as session:
        return session.scalars(select(Entry).where(Entry.kind == kind).order_by(Entry.id)).all()


def test_all_of_a_list_is_written_sealed_and_fetched(head: Browser, tmp_path: Path) -> None:
    sought = head.post("/agencies/seek/", {"filter-level": "second"}, page="/").headers["Location"]
    token = sought.partition("s=")[2]
    assert head.post("/agencies/export/", {"all": "1", "s": token}, page="/").headers["Location"] == "/exports/"
    assert "等候製作" in text_of(head.get("/exports/"))
    (found,) = asked()
    assert b"second" not in found.asked
    assert head.post(f"/exports/{found.id}/file", page="/").status_code == 303  # not ready, and said so

    written(tmp_path)
    assert works() == []
    (found,) = asked()
    assert (found.state, found.rows) == ("ready", MANY + 1)  # and the district office
    (file,) = (tmp_path / export.FOLDER).iterdir()
    assert "機關".encode() not in file.read_bytes()
    assert head.get("/exports/progress").get_json()[0]["rows"] == f"{MANY + 1:,}"

    response = head.post(f"/exports/{found.id}/file", page="/")
    rows = list(csv.reader(io.StringIO(response.get_data().decode("utf-8-sig"))))
    assert len(rows) == MANY + 2
    assert len({row[1] for row in rows[1:]}) == MANY + 1
    assert sum(row[0].startswith("'=") for row in rows[1:]) == MANY
    assert [entry.about_id for entry in entries("export_asked")] == ["agencies"]
    (fetched,) = entries("export_fetched")
    assert (fetched.about_id, fetched.rows) == ("agencies", MANY + 1)
    assert b"second" not in fetched.details

    assert export.forget_what_is_over(clock.now(), tmp_path) == 0
    assert export.forget_what_is_over(clock.now() + timedelta(days=2), tmp_path) == 1
    assert list((tmp_path / export.FOLDER).iterdir()) == []
    assert "今天還沒有匯出" in text_of(head.get("/exports/"))


def test_nothing_is_written_for_whose_roles_have_ended(head: Browser, tmp_path: Path) -> None:
    head.post("/agencies/export/", {"all": "1"}, page="/")
    with transaction() as session:
        session.execute(update(RoleHeld).values(to_at=clock.now()))
    written(tmp_path)
    assert [found.state for found in asked()] == ["refused"]
    assert works() == []
    assert not (tmp_path / export.FOLDER).exists()


def test_an_export_is_its_askers_alone_and_a_person_has_few_under_way(
    head: Browser, console_on_both: Flask, tmp_path: Path
) -> None:
    for _ in range(OPEN_AT_MOST + 1):
        head.post("/agencies/export/", {"all": "1"}, page="/")
    assert len(asked()) == OPEN_AT_MOST
    assert "正在製作" in text_of(head.get("/exports/"))
    written(tmp_path)
    a_person("other", "ntpc-civil", Role.HEAD)
    other = Browser(console_on_both)
    other.log_in("other")
    assert "今天還沒有匯出" in text_of(other.get("/exports/"))
    for each in asked():
        assert other.post(f"/exports/{each.id}/file", page="/").status_code == 404
        assert head.post(f"/exports/{each.id}/file", page="/").status_code == 200


def test_about_how_many_there_are_is_known_without_counting_them_all(
    head: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(estimate, "WALKED_AT_MOST", MANY - 1)
    with transaction() as session:
        session.execute(text("ANALYZE agency"))  # as the database does by itself in time
    with reading() as session:
        found = estimate.about(session, [select(Agency).where(Agency.level == "second")], uuid.uuid4())
        is_postgresql = session.get_bind().dialect.name == "postgresql"
    assert found is not None
    assert found >= estimate.WORTH_SAYING
    assert is_postgresql or found == MANY - 1


def test_a_tab_that_is_counted_says_so_and_of_what_is_sought_nothing(head: Browser) -> None:
    ways = {"all": select(Agency), "none": select(Agency).where(Agency.code == "nowhere")}
    twice = {"both": [select(Agency).where(Agency.code == "ntpc-civil")] * 2}
    with reading() as session:
        assert counted.counted(session, Agency.code, ways) == {"all": "99+", "none": "0"}
        assert counted.counted(session, Agency.code, twice) == {"both": "1"}
