"""Files read strictly, each problem with its place."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govern.catalogue.as_files.check import check
from govern.catalogue.as_files.read import Files, _take, read_files
from govern.catalogue.as_files.shapes import SECTIONS
from tests.support.catalogue import OURS, another_city, row, write


def said(folder):
    return [(one.file, one.code, one.field) for one in read_files(folder).problems]


def test_our_own_files_are_in_normal_form_and_without_a_problem():
    files = read_files(OURS)
    check(files)
    assert files.problems == []
    assert {name: len(rows) for name, rows in files.sections.items()} == {
        "agencies": 147,
        "mask_rules": 11,
        "categories": 13,
        "data_items": 68,
        "parameters": 11,
        "case_items": 71,
        "sources": 21,
    }


def test_every_data_item_of_ours_has_its_source():
    files = read_files(OURS)
    answered = [item for source in files.sections["sources"] for item in source["items"]]
    assert sorted(answered) == sorted(files.by_code("data_items"))


def test_a_key_that_stands_twice_is_said_with_its_line(tmp_path):
    write(tmp_path, another_city())
    text = "schema_version: 1\nagencies:\n  - {code: a, name_zh: 甲, name_zh: 乙}\n"
    (tmp_path / "agencies.yaml").write_text(text, encoding="utf-8")
    [problem] = read_files(tmp_path).problems
    assert "3" in problem.wording.en
    assert "name_zh" not in problem.wording.en


@pytest.mark.parametrize(
    "content",
    [
        b"agencies: [",
        b"\xff\xfe\x00",
        b"just a text",
        b"- 1\n- 2\n",
        b"a: !!python/object/apply:os.system [echo]",
        b"schema_version: 1\nagencies:\n  - {code: a, valid: 2026-02-30}\n",
        b"a: &a [x, x, x, x, x, x, x, x, x, x]\n"
        + b"".join(
            f"{name}: &{name} [{', '.join(['*' + before] * 10)}]\n".encode()
            for before, name in zip("abcdefghij", "bcdefghijk", strict=True)
        ),
        b"a: &a [*a]\n",
    ],
)
def test_what_is_no_proper_yaml_is_one_problem_of_its_file(tmp_path, content):
    write(tmp_path, another_city())
    (tmp_path / "agencies.yaml").write_bytes(content)
    assert {file for file, _code, _field in said(tmp_path)} == {"agencies.yaml"}


def test_a_short_alias_is_taken_as_yaml_takes_it(tmp_path):
    files = another_city()
    first, second = files["case_items.yaml"]["case_items"]
    second["authorised_agencies"] = first["authorised_agencies"]  # the dumper writes an alias for it
    write(tmp_path, files)
    assert "*id001" in (tmp_path / "case_items.yaml").read_text(encoding="utf-8")
    assert said(tmp_path) == []


@pytest.mark.parametrize(
    ("file", "section", "code", "key", "value", "field"),
    [
        ("agencies", "agencies", "tax", "level", "third", "level"),
        ("agencies", "agencies", "tax", "name_zh", "", "name_zh"),
        ("agencies", "agencies", "tax", "name_zh", " 前有空格", "name_zh"),
        ("agencies", "agencies", "tax", "name_zh", "換\u0000行", "name_zh"),
        ("agencies", "agencies", "tax", "name_zh", "長" * 101, "name_zh"),
        ("agencies", "agencies", "tax", "name_zh", None, "name_zh"),
        ("agencies", "agencies", "tax", "name_zh", ["清單"], "name_zh"),
        ("agencies", "agencies", "tax", "data_owner", "yes", "data_owner"),
        ("agencies", "agencies", "tax", "colour", "red", "colour"),
        ("data_items", "data_items", "income", "seq", "1", "seq"),
        ("data_items", "data_items", "income", "seq", True, "seq"),
        ("data_items", "data_items", "income", "seq", 0, "seq"),
        ("data_items", "data_items", "income", "subject_key", "shoe_size", "subject_key"),
        ("data_items", "data_items", "income", "alt_subject_keys", ["shoe_size"], "alt_subject_keys[1]"),
        ("data_items", "data_items", "income", "alt_subject_keys", "company_no", "alt_subject_keys"),
        ("data_items", "data_items", "income", "connector", "fax", "connector"),
        ("data_items", "data_items", "income", "fields", [], "fields"),
        ("data_items", "data_items", "income", "fields", ["total"], "fields[1]"),
        ("data_items", "data_items", "income", "narrowing", ["height"], "narrowing[1]"),
        ("data_items", "mask_rules", "none", "example_in", None, "example_in"),
        ("case_items", "parameters", "limit", "value", "many", "value"),
        ("case_items", "parameters", "limit", "value", float("nan"), "value"),
        ("case_items", "case_items", "subsidy", "kind", "hobby", "kind"),
        ("case_items", "case_items", "subsidy", "urgency", "whenever", "urgency"),
        ("case_items", "case_items", "subsidy", "valid_from", "01/01/2026", "valid_from"),
        ("case_items", "case_items", "subsidy", "valid_to", "2026-02-30", "valid_to"),
        ("case_items", "case_items", "subsidy", "retention_years", 7, "retention_years"),
        ("case_items", "case_items", "subsidy", "legal_basis", [], "legal_basis"),
        ("case_items", "case_items", "subsidy", "authorised_agencies", [], "authorised_agencies"),
        ("case_items", "case_items", "subsidy", "authorised_agencies", ["tax", "tax"], "authorised_agencies[2]"),
        ("sources", "sources", "tax.https", "kind", "fax", "kind"),
        ("sources", "sources", "tax.https", "max_at_once", 0, "max_at_once"),
        ("sources", "sources", "tax.https", "state", "asleep", "state"),
    ],
)
def test_each_problem_of_form_names_file_code_and_field(tmp_path, file, section, code, key, value, field):
    files = another_city()
    row(files, file, section, code)[key] = value
    write(tmp_path, files)
    assert said(tmp_path) == [(f"{file}.yaml", code, field)]


def test_problems_within_fields_and_conditions_name_them(tmp_path):
    files = another_city()
    row(files, "data_items", "data_items", "household")["fields"][1]["type"] = "colour"
    row(files, "case_items", "case_items", "allowance")["eligibility"]["conditions"][0]["on_false"] = "maybe"
    row(files, "case_items", "case_items", "allowance")["data"][0]["opaque"] = True
    write(tmp_path, files)
    assert said(tmp_path) == [
        ("data_items.yaml", "household", "fields.kind.type"),
        ("case_items.yaml", "allowance", "data.household.opaque"),
        ("case_items.yaml", "allowance", "eligibility.conditions.income.on_false"),
    ]


def test_heads_of_files_are_checked(tmp_path):
    files = another_city()
    files["agencies.yaml"]["schema_version"] = 2
    files["agencies.yaml"]["people"] = []
    files["data_items.yaml"]["field_types"] = ["name", "colour"]
    files["case_items.yaml"]["case_items"] = {"allowance": {}}
    del files["case_items.yaml"]["parameters"]
    write(tmp_path, files)
    assert said(tmp_path) == [
        ("agencies.yaml", "", "people"),
        ("agencies.yaml", "", "schema_version"),
        ("data_items.yaml", "colour", "field_types"),
        ("case_items.yaml", "", "parameters"),
        ("case_items.yaml", "", "case_items"),
    ]


def test_a_code_that_stands_twice_and_a_record_without_one(tmp_path):
    files = another_city()
    files["agencies.yaml"]["agencies"].append(dict(row(files, "agencies", "agencies", "tax")))
    files["agencies.yaml"]["agencies"].append({"name_zh": "無名"})
    write(tmp_path, files)
    found = said(tmp_path)
    assert ("agencies.yaml", "tax", "code") in found
    assert ("agencies.yaml", "agencies[6]", "code") in found


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6) | st.integers(), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_a_file_holds_is_a_problem_and_never_an_error(data):
    files = Files()
    for file, sections in SECTIONS.items():
        content = {"schema_version": 1}
        for name, shape in sections.items():
            keys = st.sampled_from(sorted(shape)) | st.text(max_size=4)
            content[name] = data.draw(st.lists(st.dictionaries(keys, anything, max_size=5) | anything, max_size=2))
        files.sha256[file] = ""
        _take(file, content, files)
    check(files)
