"""The catalogue in as files: all or nothing, the same again, later changes proposed."""

import pytest
import yaml
from sqlalchemy import func, select, update

from govern.catalogue.agency import Agency
from govern.catalogue.as_files.read import CatalogueWrong
from govern.catalogue.case_item import CaseItemVersion, Letter, VersionField
from govern.catalogue.data_item import DataItem, DataItemField, Parameter
from govern.catalogue.legal_basis import LegalBasis
from govern.catalogue.load import Counts, load
from govern.catalogue.source import Source, SourceItem, SourceVersion
from govern.core.database import Base, reading, transaction
from govern.core.errors import InvalidInput
from tests.support.catalogue import OURS, SETTINGS, another_city, load_files, problems_of, row, the_other_city, write
from tests.support.people import entries

pytestmark = pytest.mark.usefixtures("database_address", "keys")
begins_with_the_other_city = pytest.mark.begins_with.with_args(the_other_city)


def states():
    with reading() as session:
        return {
            (code, version): state
            for code, version, state in session.execute(
                select(CaseItemVersion.case_item, CaseItemVersion.version, CaseItemVersion.state)
            )
        }


def everything():
    """Every row of every table, as a fingerprint of the database."""
    with reading() as session:
        return {
            table.name: sorted(map(repr, session.execute(select(table)).all())) for table in Base.metadata.sorted_tables
        }


def appearances(code, version=1):
    with reading() as session:
        rows = session.execute(
            select(VersionField.item, VersionField.field, VersionField.appearance, VersionField.mask)
            .join(CaseItemVersion, CaseItemVersion.id == VersionField.version_id)
            .where(CaseItemVersion.case_item == code, CaseItemVersion.version == version)
        )
        return {(item, field): (appearance, mask) for item, field, appearance, mask in rows}


def test_our_own_catalogue_loads_and_has_what_it_should():
    counts = load(OURS, settings=SETTINGS)
    assert (counts.agencies, counts.data_items, counts.fields, counts.case_items) == (147, 68, 736, 71)
    found = states()
    assert len(found) == 71
    assert [code for code, state in found.items() if state != "in_force"] == [("disability_rent_subsidy", 1)]
    assert found["disability_rent_subsidy", 1] == "waiting_for_letter"
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(SourceItem)) == 68
        narrowed = session.execute(select(DataItem.code, DataItem.narrowing)).all()
    assert [(code, list(inputs)) for code, inputs in narrowed if inputs] == [
        ("hh_name_search_city", ["birth_year", "district"])
    ]
    shown = appearances("youth_housing")
    assert sum(item == "hh_household_city" for item, _field in shown) == 8
    assert len(appearances("disability_certificate")) == 3


def test_every_permitted_field_of_ours_appears_as_its_file_says():
    load(OURS, settings=SETTINGS)
    masks = {
        (item["code"], field["code"]): field["mask"]
        for item in yaml.safe_load((OURS / "data_items.yaml").read_text(encoding="utf-8"))["data_items"]
        for field in item["fields"]
    }
    for case_item in yaml.safe_load((OURS / "case_items.yaml").read_text(encoding="utf-8"))["case_items"]:
        expected = {}
        for part in case_item["data"]:
            for field in part["fields"]:
                mask = masks[part["item"], field]
                is_clear = field in part.get("clear", []) or mask == "none"
                how = "clear" if is_clear else "revealable" if field in part.get("revealable", []) else "masked"
                expected[part["item"], field] = (how, mask)
        assert appearances(case_item["code"]) == expected, case_item["code"]


def test_another_city_loads_through_the_same_files(tmp_path):
    counts = load_files(tmp_path, another_city())
    assert counts == Counts(agencies=4, data_items=3, fields=6, case_items=2, changed=18)
    assert states() == {("allowance", 1): "in_force", ("subsidy", 1): "waiting_for_letter"}
    assert appearances("allowance") == {
        ("household", "name"): ("clear", "surname_only"),
        ("household", "kind"): ("clear", "none"),
        ("household", "member_name"): ("revealable", "surname_only"),
        ("income", "total"): ("masked", "amount_band"),
    }
    [entry] = entries("loaded")
    assert b'"case_items_in_force":["allowance"]' in entry.details
    assert b'"case_items_waiting":["subsidy"]' in entry.details
    assert entry.details.count(b".yaml") == 4
    assert entries("agency_changed", "data_item_changed", "source_changed") == []


def test_a_second_load_changes_nothing_and_writes_nothing(tmp_path):
    load_files(tmp_path, another_city())
    before = everything()
    assert load_files(tmp_path, another_city()).changed == 0
    assert everything() == before


def test_anything_wrong_changes_nothing_and_all_of_it_is_said(tmp_path):
    files = another_city()
    row(files, "agencies", "agencies", "tax")["parent"] = "nowhere"
    row(files, "data_items", "data_items", "income")["fields"][0]["mask"] = "blur"
    row(files, "case_items", "case_items", "subsidy")["data"][0]["fields"].append("nothing")
    row(files, "sources", "sources", "tax.https")["items"] = ["unknown"]
    before = everything()
    problems = problems_of(tmp_path, files)
    assert {(one.file, one.code, one.field) for one in problems} == {
        ("agencies.yaml", "tax", "parent"),
        ("data_items.yaml", "income", "fields.total.mask"),
        ("case_items.yaml", "subsidy", "data.income.fields"),
        ("sources.yaml", "tax.https", "items"),
    }
    assert everything() == before


@begins_with_the_other_city
def test_wrong_files_change_nothing_of_a_catalogue_in_use(tmp_path):
    before = everything()
    files = another_city()
    row(files, "agencies", "agencies", "tax")["name_zh"] = "改名"
    row(files, "case_items", "case_items", "allowance")["valid_to"] = "2020-01-01"
    assert len(problems_of(tmp_path / "b", files)) == 1
    assert everything() == before


def test_no_folder_is_wrong_use_and_a_missing_file_a_problem(tmp_path):
    with pytest.raises(InvalidInput) as refused:
        load(tmp_path / "absent", settings=SETTINGS)
    assert (refused.value.code, isinstance(refused.value, CatalogueWrong)) == ("no_folder", False)
    with pytest.raises(CatalogueWrong) as wrong:
        load(tmp_path, settings=SETTINGS)
    assert [one.file for one in wrong.value.problems] == ["agencies.yaml", "data_items.yaml", "case_items.yaml"]


@begins_with_the_other_city
def test_without_a_file_of_sources_the_known_ones_stay(tmp_path):
    files = another_city()
    del files["sources.yaml"]
    assert load_files(tmp_path / "b", files).changed == 0
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Source)) == 2


@begins_with_the_other_city
def test_agencies_and_data_items_change_in_place_with_an_entry_each(tmp_path):
    files = another_city()
    row(files, "agencies", "agencies", "tax")["name_zh"] = "虛構財政部國稅局"
    files["agencies.yaml"]["agencies"].insert(
        1, {"code": "new", "name_zh": "新", "name_en": "New", "level": "second", "parent": "tax", "kind": "office"}
    )
    row(files, "data_items", "data_items", "household")["fields"].append(
        {"code": "note", "zh": "記事", "en": "Note", "type": "text", "sensitivity": "high", "mask": "surname_only"}
    )
    counts = load_files(tmp_path / "b", files)
    assert (counts.agencies, counts.fields, counts.changed) == (5, 7, 3)
    with reading() as session:
        assert session.get_one(Agency, "tax").name_zh == "虛構財政部國稅局"
        assert list(session.scalars(select(Agency.code).order_by(Agency.seq)))[:2] == ["tainan", "new"]
        assert session.get_one(DataItemField, ("household", "note")).seq == 4
        assert session.get_one(DataItem, "household").version == 2
    changes = {entry.about_id: entry.details for entry in entries("agency_changed", "data_item_changed")}
    assert changes.keys() == {"tax", "new", "household"}
    assert b'"before":""' in changes["new"]
    assert b'"before":""' not in changes["tax"]
    assert len(entries("loaded")) == 2
    assert load_files(tmp_path / "b", files).changed == 0


@begins_with_the_other_city
def test_a_later_change_of_a_case_item_is_proposed_and_what_is_in_force_stays(tmp_path):
    before = appearances("allowance")
    files = another_city()
    data = row(files, "case_items", "case_items", "allowance")["data"]
    data[1]["fields"].append("year")
    assert load_files(tmp_path / "b", files).changed == 1
    assert states()["allowance", 1] == "in_force"
    assert states()["allowance", 2] == "proposed"
    assert appearances("allowance", 1) == before
    assert ("income", "year") in appearances("allowance", 2)
    assert b'"case_items_proposed":["allowance"]' in entries("loaded")[1].details
    assert load_files(tmp_path / "b", files).changed == 0  # proposed already
    assert load_files(tmp_path / "a", another_city()).changed == 0  # what is in force, again
    assert len(states()) == 3


def test_a_case_item_that_comes_later_is_proposed(tmp_path):
    first = another_city()
    last = first["case_items.yaml"]["case_items"].pop()
    load_files(tmp_path / "a", first)
    first["case_items.yaml"]["case_items"].append(last)
    assert load_files(tmp_path / "b", first).changed == 1
    assert states()["subsidy", 1] == "proposed"


@begins_with_the_other_city
def test_masks_are_frozen_in_a_version(tmp_path):
    files = another_city()
    row(files, "data_items", "data_items", "income")["fields"][0]["mask"] = "none"
    assert load_files(tmp_path / "b", files).changed == 1  # the data item, and no case item
    assert appearances("allowance")["income", "total"] == ("masked", "amount_band")
    assert load_files(tmp_path / "b", files).changed == 0


@begins_with_the_other_city
def test_a_letter_that_came_since_is_no_change_and_one_only_the_file_knows_is(tmp_path):
    with transaction() as session:
        session.execute(update(Letter).where(Letter.status == "pending").values(status="approved"))
        session.execute(update(CaseItemVersion).where(CaseItemVersion.case_item == "subsidy").values(state="in_force"))
    assert load_files(tmp_path / "a", another_city()).changed == 0
    files = another_city()
    row(files, "case_items", "case_items", "allowance")["approvals"][0]["letter_no"] = "字第2號"
    assert load_files(tmp_path / "b", files).changed == 1
    assert states()["allowance", 2] == "proposed"


@begins_with_the_other_city
def test_a_place_in_lists_is_no_new_version(tmp_path):
    files = another_city()
    row(files, "case_items", "case_items", "allowance")["seq"] = 9
    assert load_files(tmp_path / "b", files).changed == 1
    assert len(states()) == 2


@begins_with_the_other_city
def test_what_is_known_of_a_law_changes_at_once_and_makes_no_version(tmp_path):
    files = another_city()
    row(files, "case_items", "case_items", "allowance")["legal_basis"][0]["in_force_to"] = "2026-06-30"
    assert load_files(tmp_path / "b", files).changed == 1
    with reading() as session:
        assert [str(day) for day in session.scalars(select(LegalBasis.in_force_to)) if day] == ["2026-06-30"]
    assert len(states()) == 2
    assert len(entries("legal_basis_changed")) == 1
    assert load_files(tmp_path / "c", another_city()).changed == 0  # silent on the term: what is known of it stays
    with reading() as session:
        assert [str(day) for day in session.scalars(select(LegalBasis.in_force_to)) if day] == ["2026-06-30"]


@begins_with_the_other_city
def test_a_changed_text_of_a_law_is_a_new_version(tmp_path):
    files = another_city()
    row(files, "case_items", "case_items", "allowance")["legal_basis"][0]["text_zh"] = "申請人得請領津貼。"
    load_files(tmp_path / "b", files)
    assert states()["allowance", 2] == "proposed"


@begins_with_the_other_city
def test_a_parameter_that_changes_has_a_new_version_and_keeps_the_former(tmp_path):
    files = another_city()
    row(files, "case_items", "parameters", "limit")["value"] = 1200.0
    assert load_files(tmp_path / "b", files).changed == 1
    with reading() as session:
        rows = session.execute(select(Parameter.version, Parameter.value).where(Parameter.code == "limit"))
        assert sorted(tuple(one) for one in rows) == [(1, 1000.0), (2, 1200.0)]


@begins_with_the_other_city
def test_a_source_s_new_address_is_a_new_version_and_its_items_move_with_from_and_to(tmp_path):
    files = another_city()
    row(files, "sources", "sources", "tax.https")["address"] = "https://tax.example/api"
    civil = row(files, "sources", "sources", "tainan-civil.https")
    civil["items"] = ["household"]
    files["sources.yaml"]["sources"].append(civil | {"code": "tainan-civil.second", "items": ["by_name"]})
    assert load_files(tmp_path / "b", files).changed == 3
    with reading() as session:
        ways = session.execute(
            select(SourceVersion.version, SourceVersion.to_at.is_(None)).where(SourceVersion.source == "tax.https")
        )
        assert sorted(tuple(one) for one in ways) == [(1, False), (2, True)]
        moved = session.execute(
            select(SourceItem.source, SourceItem.to_at.is_(None)).where(SourceItem.item == "by_name")
        )
        assert sorted(tuple(one) for one in moved) == [("tainan-civil.https", False), ("tainan-civil.second", True)]
    assert {entry.about_id for entry in entries("source_changed")} == {
        "tax.https",
        "tainan-civil.https",
        "tainan-civil.second",
    }
    assert load_files(tmp_path / "b", files).changed == 0


@begins_with_the_other_city
def test_a_closed_source_stays_closed_unless_the_file_opens_it(tmp_path):
    with transaction() as session:
        session.execute(update(Source).where(Source.code == "tax.https").values(state="closed"))
    assert load_files(tmp_path / "a", another_city()).changed == 0
    files = another_city()
    row(files, "sources", "sources", "tax.https")["state"] = "open"
    assert load_files(tmp_path / "b", files).changed == 1
    assert load_files(tmp_path / "b", files).changed == 0
    with reading() as session:
        assert session.get_one(Source, "tax.https").state == "open"


@begins_with_the_other_city
def test_a_field_in_use_cannot_go_nor_a_business_agency_change(tmp_path):
    files = another_city()
    files["case_items.yaml"]["case_items"] = [
        one | {"business_agency": "tainan-civil"}
        for one in files["case_items.yaml"]["case_items"]
        if one["code"] == "subsidy"
    ]
    household = row(files, "data_items", "data_items", "household")
    household["fields"] = [one for one in household["fields"] if one["code"] != "kind"]
    before = everything()
    problems = problems_of(tmp_path / "b", files)
    assert [(one.file, one.code, one.field) for one in problems] == [
        ("data_items.yaml", "household", "fields.kind"),
        ("case_items.yaml", "subsidy", "business_agency"),
    ]
    assert everything() == before


def test_retention_is_the_house_s_where_a_case_item_states_none(tmp_path):
    files = another_city()
    del row(files, "case_items", "case_items", "allowance")["retention_years"]
    load(write(tmp_path, files), settings=SETTINGS.model_copy(update={"retention_years": 10}))
    with reading() as session:
        years = dict(session.execute(select(CaseItemVersion.case_item, CaseItemVersion.retention_years)).tuples().all())
    assert years == {"allowance": 10, "subsidy": 5}
