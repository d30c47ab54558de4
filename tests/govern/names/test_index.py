"""Names are found by any part of them, on both databases, by the index alone; and nobody can forget to keep it."""

import re
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Select, create_engine, delete, insert, select, text
from sqlalchemy.orm import Session

from govern.catalogue.agency import Agency
from govern.catalogue.case_item import CaseItemVersion
from govern.catalogue.data_item import DataItem, DataItemField
from govern.catalogue.legal_basis import LegalBasis
from govern.catalogue.load import load
from govern.core import database
from govern.core.database import Base, reading, transaction
from govern.keys.ring import Ring
from govern.names.index import NamePart, WholeName, holding
from govern.names.named import NAMED
from govern.names.parts import parts_of, words_of
from govern.people.person import Person
from tests.support.catalogue import OURS, SETTINGS
from tests.support.people import some_agencies
from tests.support.schema import ROOT

KEYS = {cls: getattr(cls, how.key) for cls, how in NAMED.items()}


def found(session: Session, cls: type[Base], words: str) -> set[object]:
    return set(session.scalars(select(KEYS[cls]).where(holding(NAMED[cls].kind, KEYS[cls], words))))


@pytest.fixture
def named(database_address: str) -> str:
    """A few agencies whose names differ in order, width and writing."""
    some_agencies()
    names = {
        "north": "臺北市北投區公所",
        "rail": "北台灣鐵道局",
        "wide": "ＡＢＣ資訊中心",
        "rare": "𠮷野鄉公所",
        "percent": "百分之50%_折",
    }
    with transaction() as session:
        for code, name in names.items():
            session.add(Agency(code=code, name_zh=name, name_en=f"{code} office", level="first", kind="bureau"))
    return database_address


# What is typed, and which of those agencies it finds.
WORDS = {
    "台北": {"north"},
    "臺北市北": {"north"},
    "北台": {"rail"},
    "台北台": set(),
    "北市北台": set(),
    "公所 台北": {"north"},
    "abc": {"wide"},
    "ａｂｃ　資訊": {"wide"},
    "𠮷": {"rare"},
    "50%": {"percent"},
    "%": {"percent"},
    "_": {"percent"},
    "Rare OFFICE": {"rare"},
    "沒有": set(),
}


def test_words_are_found_in_whatever_way_they_are_written(named: str) -> None:
    with reading() as session:
        assert {words: found(session, Agency, words) for words in WORDS} == WORDS


def test_pairs_in_another_order_are_not_the_word(database_address: str) -> None:
    some_agencies()
    with transaction() as session:
        session.add(Agency(code="x", name_zh="北市台北", name_en="x", level="first", kind="bureau"))
    with reading() as session:
        assert found(session, Agency, "台北市") == set()  # 台北 and 北市 both stand in it


def test_a_name_that_changes_or_goes_is_found_no_more(named: str) -> None:
    with transaction() as session:
        session.get_one(Agency, "rail").name_zh = "南台灣客運處"
        session.delete(session.get_one(Agency, "wide"))
    with reading() as session:
        assert found(session, Agency, "鐵道") == set()
        assert found(session, Agency, "客運") == {"rail"}
        assert found(session, Agency, "abc") == set()


def test_a_change_of_something_else_writes_nothing_into_the_index(named: str) -> None:
    with transaction() as session:
        session.execute(delete(NamePart).where(NamePart.kind == "agency", NamePart.thing == "rail"))
        session.get_one(Agency, "rail").note = "改隸"
    with reading() as session:
        assert found(session, Agency, "鐵道") == set()


def test_the_loaded_catalogue_is_found_by_any_part_of_any_name_and_by_the_index_alone(
    database_address: str, keys: Ring
) -> None:
    """House-wide: whatever the files name is found by every pair, in both ways to write 台."""
    load(OURS, settings=SETTINGS)
    _everything_is_found()
    _a_data_item_is_found_by_what_all_its_fields_are_called()
    _nothing_is_read_from_end_to_end()


def _everything_is_found() -> None:
    with reading() as session:
        for cls in (Agency, DataItem, CaseItemVersion, LegalBasis):
            how, things = NAMED[cls], session.scalars(select(cls)).all()
            assert len(things) > 50
            for thing in things[:: len(things) // 5]:
                key, names = how.of(thing)
                for name in names:
                    for word in words_of(name):
                        middle = word[len(word) // 3 : len(word) // 3 + 4]
                        assert key in found(session, cls, middle.replace("台", "臺")), (name, middle)
            parts = session.execute(select(NamePart.thing, NamePart.part).where(NamePart.kind == how.kind))
            kept: dict[str, set[str]] = {}
            for thing, part in parts:
                kept.setdefault(thing, set()).add(part)
            assert kept == {str(key): set(parts_of(*names)) for key, names in map(how.of, things)}


def _a_data_item_is_found_by_what_all_its_fields_are_called() -> None:
    item = "tax_income_national"
    with transaction() as session:
        assert {item} <= found(session, DataItemField, "所得總額") == found(session, DataItemField, "總額 所得")
        session.get_one(DataItemField, (item, "income_total")).name_zh = "全年所得合計"
        session.flush()
        assert item in found(session, DataItemField, "全年所得 年度")  # the other fields are found as before
        session.delete(session.get_one(DataItemField, (item, "income_total")))
        session.flush()
        assert item not in found(session, DataItemField, "全年所得")


def _nothing_is_read_from_end_to_end() -> None:
    with transaction() as session:
        rows = [
            {"kind": "person", "part": part, "thing": f"{n:032x}"}
            for n in range(4000)
            for part in ("王", "王小", "小", "明")
        ]
        session.execute(insert(NamePart), rows)
    with database.writer().connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("ANALYZE"))
        for words in ("台北市", "王", "新北市政府民政局", "區公所 板橋"):
            said = plan(connection, select(Agency).where(holding("agency", Agency.code, words)))
            assert not re.search(r"(SCAN|Seq Scan on) (name_part|whole_name)", said), said
            assert re.search(r"INDEX .*name_part|(Index|Bitmap).* on (pk|ix)_?name_part|Index.*name_part", said), said
        connection.rollback()


def plan(connection: Connection, query: Select[Agency]) -> str:
    spelled = query.compile(connection, compile_kwargs={"literal_binds": True})
    way = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    return "\n".join(str(row[-1]) for row in connection.exec_driver_sql(f"{way} {spelled}".replace("%", "%%")))


def test_no_statement_writes_a_name_past_the_index() -> None:
    """What has names is written as objects: a statement would be heard of by nobody (`names.named`)."""
    classes = "|".join(cls.__name__ for cls in NAMED)
    past = re.compile(rf"(insert\((?:{classes})\b(?!\.)|update\((?:{classes})\)[^\n]*name)")
    rooms = [
        path for room in ("connectors", "govern", "audit", "reports", "admin") for path in (ROOT / room).rglob("*.py")
    ]
    assert [path.name for path in rooms if past.search(path.read_text())] == [
        "named.py"
    ]  # where it is written that none may


def test_names_that_were_there_before_the_index_are_found_after_the_migration(tmp_path: Path) -> None:
    """What 0003 reads: rows of every kind, written before there was an index."""
    address = f"sqlite:///{tmp_path / 'old.sqlite3'}"
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["address"] = address
    command.upgrade(config, "0002")
    engine = create_engine(address)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO agency (code, seq, name_zh, name_en, short_zh, level, kind, is_data_owner)"
            " VALUES ('taipei', 1, '臺北市政府', 'Taipei', '北市府', 'city', 'city', 0)"
        )
        connection.exec_driver_sql(
            "INSERT INTO legal_basis (law_zh, law_en, article, is_checked)"
            " VALUES ('社會救助法', 'Public Assistance Act', '第44-3條', 1)"
        )
        connection.exec_driver_sql("INSERT INTO category VALUES ('household', 1, '戶政', 'Household', 1)")
        connection.exec_driver_sql("INSERT INTO mask_rule VALUES ('none', 1, '不遮蔽', 'None', '甲', '甲')")
        connection.exec_driver_sql(
            "INSERT INTO data_item VALUES ('hh_person_city', 1, '戶籍', '個人資料', 'Person', 'household', 'city', 'taipei',"
            " 'soap', 'file', 'national_id', '[]', 0, 'row', NULL, 0, 0, NULL, 1, '[]', 1)"
        )
        for seq, name in enumerate(("出生日期", "戶籍地址"), 1):
            connection.exec_driver_sql(
                'INSERT INTO data_item_field (item, code, seq, name_zh, name_en, type, sensitivity, mask, "group", "values")'
                f" VALUES ('hh_person_city', 'f{seq}', {seq}, '{name}', 'Field', 'text', 'high', 'none', 'row', '{{}}')"
            )
        connection.exec_driver_sql(
            "INSERT INTO person (id, name, is_invented, is_active, language)"
            " VALUES ('00000000000000000000000000000007', '吳明哲', 1, 1, 'zh')"
        )
    engine.dispose()
    command.upgrade(config, "head")
    database.bind(address)
    with reading() as session:
        assert found(session, Agency, "台北 府") == {"taipei"}
        assert found(session, Agency, "北市府") == {"taipei"}
        assert found(session, LegalBasis, "救助法第44條之3") == {1}
        assert session.scalars(select(WholeName.names).where(WholeName.kind == "data_item_field")).all() == [
            "出生日期\nfield\n戶籍地址"
        ]
        assert [one.int for one in found(session, Person, "明哲")] == [7]  # type: ignore[attr-defined]
        assert session.scalars(select(WholeName.names).where(WholeName.kind == "agency")).all() == [
            "台北市政府\ntaipei\n北市府"
        ]
    database.release()
