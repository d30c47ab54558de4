"""What the console made goes out as files and loads again as the same; what a file proposes waits for its owners."""

import yaml
from sqlalchemy import select

from govern.catalogue.case_item import Approval, Letter
from govern.catalogue.export import export
from govern.catalogue.life.approve import approve, reject, waiting_for
from govern.catalogue.life.content import DraftField
from govern.catalogue.life.draft import amend, draft_change_of
from govern.catalogue.life.propose import propose
from govern.catalogue.load import load
from govern.core import database
from govern.core.database import reading
from tests.support.catalogue import OURS
from tests.support.drafts import (
    CIVIL,
    TAX,
    YOUTH,
    a_draft,
    approved,
    justified,
    letter_comes,
    says,
    state_of,
    the_cast,
    version_of,
    with_field,
)
from tests.support.drafts import ONE_MORE_FIELD as MORE
from tests.support.houses import TestHouse
from tests.support.schema import make_schema

FILES = ("agencies.yaml", "data_items.yaml", "case_items.yaml", "sources.yaml")


def test_a_version_made_in_the_console_loads_again_with_nothing_changed(house: TestHouse, tmp_path) -> None:
    cast = the_cast(house)
    letter_comes(cast, approved(cast))
    code = a_draft(cast)
    propose(cast.drafter, code, 1, edition=0)
    approve(cast.civil, code, 1, round=1)
    a_draft(cast, "not_in_force_yet")
    export(tmp_path / "out")
    out = yaml.safe_load((tmp_path / "out" / "case_items.yaml").read_text())["case_items"]
    youth = next(row for row in out if row["code"] == YOUTH)
    assert youth["data"][2]["fields"] == ["income_year", "income_total", "withheld_tax"]
    assert [(letter["owner"], letter["for_owner"], letter["status"]) for letter in youth["approvals"]] == [
        ("tw-mof", TAX, "approved")
    ]
    assert {row["code"] for row in out} >= {code}
    assert "not_in_force_yet" not in {row["code"] for row in out}
    assert load(tmp_path / "out", settings=house.settings).changed == 0
    assert (state_of(YOUTH, 2), state_of(code, 1)) == ("in_force", "in_force")


def test_it_loads_into_an_empty_house_as_the_same(sqlite_house: TestHouse, tmp_path) -> None:
    cast = the_cast(sqlite_house)
    letter_comes(cast, approved(cast))
    export(tmp_path / "out")
    before = says(YOUTH, 2)
    database.release()
    make_schema(f"sqlite:///{tmp_path / 'second.sqlite3'}")
    database.bind(f"sqlite:///{tmp_path / 'second.sqlite3'}")
    load(tmp_path / "out", settings=sqlite_house.settings)
    again = says(YOUTH, 1)
    assert [part.item for part in again.items] == [part.item for part in before.items]
    assert state_of(YOUTH, 1) == "in_force"
    export(tmp_path / "again")
    for name in FILES:
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def test_what_a_changed_file_proposes_waits_for_every_owner(house: TestHouse, tmp_path) -> None:
    cast = the_cast(house)
    load(_with_one_more_field(tmp_path), settings=house.settings)
    row = version_of(YOUTH, 2)
    assert (row.state, row.round, row.based_on, row.authors) == ("proposed", 1, 1, [])
    with reading() as session:
        assert [(part.owner, part.state) for part in waiting_for(session, row.id)] == [
            (CIVIL, "waiting"),
            (TAX, "waiting"),
        ]
    approve(cast.civil, YOUTH, 2, round=1)
    approve(cast.tax, YOUTH, 2, round=1)
    assert state_of(YOUTH, 2) == "in_force"  # its letter is the file's
    with reading() as session:
        assert len(session.scalars(select(Approval)).all()) == 2
        assert [one.for_owner for one in session.scalars(select(Letter).where(Letter.version_id == row.id))] == [""]
    assert load(_with_one_more_field(tmp_path), settings=house.settings).changed == 0


def test_a_draft_that_says_the_same_keeps_no_file_from_proposing(house: TestHouse, tmp_path) -> None:
    cast = the_cast(house)
    number = draft_change_of(cast.drafter, YOUTH)
    amend(
        cast.drafter,
        YOUTH,
        number,
        with_field(says(YOUTH, number), "tax_income_national", DraftField(MORE.field, MORE.appearance)),
        edition=0,
    )
    load(_with_one_more_field(tmp_path), settings=house.settings)
    assert (state_of(YOUTH, 2), state_of(YOUTH, 3)) == ("draft", "proposed")


def test_what_an_owner_rejected_is_not_proposed_again_by_the_same_file(house: TestHouse, tmp_path) -> None:
    cast = the_cast(house)
    load(_with_one_more_field(tmp_path), settings=house.settings)
    reject(cast.tax, YOUTH, 2, round=1, reason="不符必要範圍。")
    assert load(_with_one_more_field(tmp_path), settings=house.settings).changed == 0
    assert (state_of(YOUTH, 1), state_of(YOUTH, 2)) == ("in_force", "rejected")


def test_a_drafted_change_differs_from_what_the_file_says_only_where_it_was_changed(house: TestHouse) -> None:
    cast = the_cast(house)
    number = draft_change_of(cast.drafter, YOUTH)
    assert version_of(YOUTH, number).content_sha256 == version_of(YOUTH, 1).content_sha256
    amend(cast.drafter, YOUTH, number, justified(says(YOUTH, number)), edition=0)
    assert version_of(YOUTH, number).content_sha256 != version_of(YOUTH, 1).content_sha256


def _with_one_more_field(folder):
    """Our files with one more tax field in 青年住宅."""
    place = folder / "changed"
    place.mkdir(exist_ok=True)
    for name in FILES:
        text = (OURS / name).read_text()
        if name == "case_items.yaml":
            content = yaml.load(text, yaml.CSafeLoader)
            row = next(one for one in content["case_items"] if one["code"] == YOUTH)
            row["data"][2]["fields"].append(MORE.field)
            text = yaml.dump(content, None, yaml.CSafeDumper, allow_unicode=True, sort_keys=False)
        (place / name).write_text(text)
    return place
