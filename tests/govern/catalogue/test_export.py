"""The catalogue out as files that load again with nothing changed."""

import itertools

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from govern.catalogue.case_item import CaseItemVersion, VersionField
from govern.catalogue.export import export
from govern.catalogue.load import load
from govern.catalogue.source import Source, SourceVersion
from govern.core import database
from govern.core.database import transaction
from tests.support.catalogue import OURS, SETTINGS, another_city, load_files, row, the_other_city, write
from tests.support.schema import make_schema

FILES = ("agencies.yaml", "data_items.yaml", "case_items.yaml", "sources.yaml")
both_databases = pytest.mark.usefixtures("database_address", "keys")
begins_with_the_other_city = pytest.mark.begins_with.with_args(the_other_city)


def content(folder):
    found = {name: yaml.load((folder / name).read_text(encoding="utf-8"), yaml.CSafeLoader) for name in FILES}
    for source in found["sources.yaml"]["sources"]:
        source.setdefault("credential_ref", None)
    found["sources.yaml"]["sources"].sort(key=lambda one: one["code"])
    return found


@both_databases
def test_ours_comes_out_as_it_went_in_and_loads_again_with_nothing_changed(tmp_path):
    went_in = load(OURS, settings=SETTINGS)
    came_out = export(tmp_path / "out")
    assert came_out.changed == 0
    assert (came_out.agencies, came_out.data_items, came_out.fields, came_out.case_items) == (147, 68, 736, 71)
    assert went_in.fields == came_out.fields
    assert content(tmp_path / "out") == content(OURS)
    assert load(tmp_path / "out", settings=SETTINGS).changed == 0


@both_databases
def test_two_exports_are_the_same_byte_for_byte_and_leave_nothing_else(tmp_path):
    load_files(tmp_path / "in", another_city())
    export(tmp_path / "a")
    export(tmp_path / "b")
    export(tmp_path / "b")
    for name in FILES:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    assert sorted(path.name for path in (tmp_path / "b").iterdir()) == sorted(FILES)


@both_databases
def test_what_came_out_loads_into_an_empty_house_as_the_same(tmp_path):
    load_files(tmp_path / "in", another_city())
    export(tmp_path / "out")
    database.release()
    make_schema(f"sqlite:///{tmp_path / 'second.sqlite3'}")
    database.bind(f"sqlite:///{tmp_path / 'second.sqlite3'}")
    load(tmp_path / "out", settings=SETTINGS)
    export(tmp_path / "again")
    for name in FILES:
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


@both_databases
@begins_with_the_other_city
def test_versions_in_work_stay_at_home_and_those_that_wait_for_a_letter_go_out(tmp_path):
    files = another_city()
    row(files, "case_items", "case_items", "allowance")["valid_to"] = "2030-12-31"
    load_files(tmp_path / "b", files)
    export(tmp_path / "out")
    out = content(tmp_path / "out")
    assert row(out, "case_items", "case_items", "allowance")["valid_to"] == "2028-12-31"
    assert row(out, "case_items", "case_items", "subsidy")["approvals"][0]["status"] == "pending"
    assert load(tmp_path / "out", settings=SETTINGS).changed == 0


@both_databases
@begins_with_the_other_city
def test_masks_changed_since_do_not_make_an_export_differ_from_what_is_in_force(tmp_path):
    files = another_city()
    household = row(files, "data_items", "data_items", "household")
    for field, mask in (("name", "none"), ("kind", "amount_band"), ("member_name", "none")):
        next(one for one in household["fields"] if one["code"] == field)["mask"] = mask
    load_files(tmp_path / "b", files)
    export(tmp_path / "out")
    assert load(tmp_path / "out", settings=SETTINGS).changed == 0


@both_databases
def test_keys_of_ours_come_out_as_they_went_in(tmp_path):
    files = another_city()
    row(files, "data_items", "data_items", "by_name").update(narrowing=["district"], row_limit=10)
    row(files, "data_items", "data_items", "income").update(kinship_like=True, special_category=True)
    allowance = row(files, "case_items", "case_items", "allowance")
    allowance["legal_basis"][0].update(text_zh="第一項\n第二項", in_force_from="2020-01-01", in_force_to="2030-01-01")
    allowance["data"][1]["necessity"] = {"total": {"zh": "審核所得", "en": "To judge income"}}
    allowance.update(one_stop=True, default_schedule="monthly")
    row(files, "sources", "sources", "tax.https").update(deadline_s=2.5, file_key="company_no", state="closed")
    load_files(tmp_path / "in", files)
    export(tmp_path / "out")
    out = content(tmp_path / "out")
    for file, section, code in (
        ("data_items", "data_items", "by_name"),
        ("data_items", "data_items", "income"),
        ("case_items", "case_items", "allowance"),
        ("sources", "sources", "tax.https"),
    ):
        assert row(out, file, section, code) == row(files, file, section, code)
    assert load(tmp_path / "out", settings=SETTINGS).changed == 0


@both_databases
@begins_with_the_other_city
def test_a_source_shows_its_credentials_by_reference_and_the_way_it_is_reached_now(tmp_path):
    files = another_city()
    row(files, "sources", "sources", "tax.https")["address"] = "https://tax.example/api"
    load_files(tmp_path / "b", files)
    with transaction() as session:
        session.execute(update(Source).where(Source.code == "tax.https").values(state="closed"))
        session.execute(update(SourceVersion).values(credential_ref="vault/7"))
    export(tmp_path / "out")
    source = row(content(tmp_path / "out"), "sources", "sources", "tax.https")
    assert (source["address"], source["state"], source["credential_ref"]) == (
        "https://tax.example/api",
        "closed",
        "vault/7",
    )


@pytest.fixture
def house(tmp_path, sqlite_template, keys):
    """A house on SQLite that each example sets up anew."""

    numbers = itertools.count()

    def fresh():
        folder = tmp_path / f"house-{next(numbers)}"
        folder.mkdir()
        (folder / "house.sqlite3").write_bytes(sqlite_template.read_bytes())
        database.bind(f"sqlite:///{folder / 'house.sqlite3'}")
        return folder

    yield fresh
    database.release()


awkward = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Cn")), min_size=1, max_size=30
).filter(lambda text: text == text.strip())
fields = st.lists(st.sampled_from(["name", "kind", "member_name"]), min_size=1, unique=True)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_loads_comes_out_and_loads_again_with_nothing_changed(house, data):
    folder = house()
    files = another_city()
    allowance = row(files, "case_items", "case_items", "allowance")
    allowance["name_zh"] = data.draw(awkward)
    allowance["legal_basis"][0]["text_zh"] = data.draw(awkward)
    row(files, "agencies", "agencies", "tax")["name_zh"] = data.draw(awkward)
    row(files, "case_items", "parameters", "limit")["value"] = data.draw(
        st.integers(-(10**9), 10**9) | st.floats(-1e9, 1e9)
    )
    listed = data.draw(fields)
    clear = data.draw(st.lists(st.sampled_from(listed), unique=True))
    allowance["data"][0] = {
        "item": "household",
        "fields": listed,
        "clear": clear,
        "revealable": [one for one in data.draw(st.lists(st.sampled_from(listed), unique=True)) if one not in clear],
    }
    load(write(folder / "in", files), settings=SETTINGS)
    export(folder / "out")
    assert load(folder / "out", settings=SETTINGS).changed == 0
    export(folder / "again")
    for name in FILES:
        assert (folder / "out" / name).read_bytes() == (folder / "again" / name).read_bytes()


@both_databases
@begins_with_the_other_city
def test_a_frozen_appearance_goes_out_as_it_was_approved(tmp_path):
    with transaction() as session:
        session.execute(update(VersionField).where(VersionField.field == "member_name").values(appearance="masked"))
        session.execute(update(CaseItemVersion).values(name_en="Another name"))
    export(tmp_path / "out")
    allowance = row(content(tmp_path / "out"), "case_items", "case_items", "allowance")
    assert "revealable" not in allowance["data"][0]
    assert allowance["name_en"] == "Another name"
