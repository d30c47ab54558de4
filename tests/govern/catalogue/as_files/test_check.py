"""Whether the records of the files fit together, each problem with its place."""

import pytest

from govern.catalogue.as_files.check import check
from govern.catalogue.as_files.read import read_files
from tests.support.catalogue import OURS, another_city, row, write


def said(folder, files):
    found = read_files(write(folder, files))
    check(found)
    return [(one.file.removesuffix(".yaml"), one.code, one.field) for one in found.problems]


def part(files, case_item, place=0):
    return row(files, "case_items", "case_items", case_item)["data"][place]


CHANGES = {
    "a parent that is not there": (
        lambda f: row(f, "agencies", "agencies", "tax").update(parent="nowhere"),
        ("agencies", "tax", "parent"),
    ),
    "an owner that is not there": (
        lambda f: row(f, "data_items", "data_items", "income").update(owner="nobody"),
        ("data_items", "income", "owner"),
        ("sources", "tax.https", "items"),
    ),
    "a category that is not there": (
        lambda f: row(f, "data_items", "data_items", "income").update(category="gold"),
        ("data_items", "income", "category"),
        ("data_items", "money", "item_count"),
    ),
    "a mask that this catalogue does not name": (
        lambda f: row(f, "data_items", "data_items", "income")["fields"][0].update(mask="redact"),
        ("data_items", "income", "fields.total.mask"),
    ),
    "a field twice": (
        lambda f: row(f, "data_items", "data_items", "income")["fields"].append(
            dict(row(f, "data_items", "data_items", "income")["fields"][0])
        ),
        ("data_items", "income", "fields.total"),
    ),
    "the subject key as its own alternative": (
        lambda f: row(f, "data_items", "data_items", "income").update(alt_subject_keys=["national_id"]),
        ("data_items", "income", "alt_subject_keys"),
    ),
    "a group in a single record": (
        lambda f: row(f, "data_items", "data_items", "income")["fields"][0].update(group="rows"),
        ("data_items", "income", "fields.total.group"),
    ),
    "members in a list": (
        lambda f: row(f, "data_items", "data_items", "by_name")["fields"][0].update(group="members"),
        ("data_items", "by_name", "fields.national_id.group"),
    ),
    "a list without rows": (
        lambda f: row(f, "data_items", "data_items", "by_name")["fields"][0].pop("group"),
        ("data_items", "by_name", "fields"),
    ),
    "a coded field without values": (
        lambda f: row(f, "data_items", "data_items", "household")["fields"][1].pop("values"),
        ("data_items", "household", "fields.kind.values"),
    ),
    "values of a field that is not coded": (
        lambda f: row(f, "data_items", "data_items", "income")["fields"][0].update(
            values=[{"code": "a", "zh": "甲", "en": "A"}]
        ),
        ("data_items", "income", "fields.total.values"),
    ),
    "a coded value twice": (
        lambda f: row(f, "data_items", "data_items", "household")["fields"][1].update(
            values=[{"code": "a", "zh": "甲", "en": "A"}, {"code": "a", "zh": "乙", "en": "B"}]
        ),
        ("data_items", "household", "fields.kind.values.a"),
    ),
    "a type that the file's head does not list": (
        lambda f: f["data_items.yaml"].update(field_types=["name", "code", "national_id", "year"]),
        ("data_items", "income", "fields.total.type"),
    ),
    "a sequence number twice": (
        lambda f: row(f, "data_items", "data_items", "income").update(seq=1),
        ("data_items", "income", "seq"),
    ),
    "a count that does not fit": (
        lambda f: row(f, "data_items", "categories", "money").update(item_count=4),
        ("data_items", "money", "item_count"),
    ),
    "a business agency that is not there": (
        lambda f: row(f, "case_items", "case_items", "subsidy").update(business_agency="nobody"),
        ("case_items", "subsidy", "business_agency"),
    ),
    "an authorised agency that is not there": (
        lambda f: row(f, "case_items", "case_items", "subsidy").update(authorised_agencies=["tax", "nobody"]),
        ("case_items", "subsidy", "authorised_agencies"),
    ),
    "a data item that is not there": (
        lambda f: part(f, "subsidy").update(item="gold"),
        ("case_items", "subsidy", "data.gold"),
    ),
    "a data item twice": (
        lambda f: row(f, "case_items", "case_items", "subsidy")["data"].append({"item": "income", "fields": ["total"]}),
        ("case_items", "subsidy", "data.income"),
    ),
    "a field that its data item does not have": (
        lambda f: part(f, "subsidy")["fields"].append("name"),
        ("case_items", "subsidy", "data.income.fields"),
    ),
    "a clear field that is not permitted": (
        lambda f: part(f, "allowance", 1).update(clear=["year"]),
        ("case_items", "allowance", "data.income.clear"),
    ),
    "a revealable field that is not permitted": (
        lambda f: part(f, "allowance", 1).update(revealable=["year"]),
        ("case_items", "allowance", "data.income.revealable"),
    ),
    "a necessity for a field that is not permitted": (
        lambda f: part(f, "allowance", 1).update(necessity={"year": {"zh": "需要", "en": "Needed"}}),
        ("case_items", "allowance", "data.income.necessity"),
    ),
    "a field both clear and revealable": (
        lambda f: part(f, "allowance").update(clear=["name", "member_name"]),
        ("case_items", "allowance", "data.household.revealable"),
    ),
    "a last day before the first": (
        lambda f: row(f, "case_items", "case_items", "subsidy").update(valid_to="2025-12-31"),
        ("case_items", "subsidy", "valid_to"),
    ),
    "a letter for an owner that is not there": (
        lambda f: row(f, "case_items", "case_items", "subsidy")["approvals"][0].update(for_owner="nobody"),
        ("case_items", "subsidy", "approvals.for_owner"),
    ),
    "a letter for the same owner twice": (
        lambda f: row(f, "case_items", "case_items", "subsidy")["approvals"].append(
            dict(row(f, "case_items", "case_items", "subsidy")["approvals"][0])
        ),
        ("case_items", "subsidy", "approvals.tainan"),
    ),
    "an article cited twice": (
        lambda f: row(f, "case_items", "case_items", "subsidy")["legal_basis"].append(
            dict(row(f, "case_items", "case_items", "subsidy")["legal_basis"][0])
        ),
        ("case_items", "subsidy", "legal_basis.虛構法 第2條"),
    ),
    "an article that is read in two ways": (
        lambda f: row(f, "case_items", "case_items", "subsidy")["legal_basis"][0].update(article="第1條", checked=True),
        ("case_items", "subsidy", "legal_basis.虛構法 第1條"),
    ),
    "a law that ends before it begins": (
        lambda f: row(f, "case_items", "case_items", "subsidy")["legal_basis"][0].update(
            in_force_from="2026-02-01", in_force_to="2026-01-31"
        ),
        ("case_items", "subsidy", "legal_basis.虛構法 第2條.in_force_to"),
    ),
    "no letter where one is needed": (
        lambda f: row(f, "case_items", "case_items", "subsidy").pop("approvals"),
        ("case_items", "subsidy", "approvals"),
    ),
    "a letter of an agency that is not there": (
        lambda f: row(f, "case_items", "case_items", "subsidy")["approvals"][0].update(owner="nobody"),
        ("case_items", "subsidy", "approvals.owner"),
    ),
    "an approved letter without its day": (
        lambda f: row(f, "case_items", "case_items", "subsidy")["approvals"][0].update(status="approved"),
        ("case_items", "subsidy", "approvals.approved_on"),
    ),
    "a pending letter with a day": (
        lambda f: row(f, "case_items", "case_items", "subsidy")["approvals"][0].update(approved_on="2026-01-01"),
        ("case_items", "subsidy", "approvals.approved_on"),
    ),
    "two letters of one agency": (
        lambda f: row(f, "case_items", "case_items", "subsidy")["approvals"].append(
            dict(row(f, "case_items", "case_items", "subsidy")["approvals"][0])
        ),
        ("case_items", "subsidy", "approvals.tainan"),
    ),
    "a scheduled case item without a schedule": (
        lambda f: row(f, "case_items", "case_items", "subsidy").update(urgency="scheduled"),
        ("case_items", "subsidy", "default_schedule"),
    ),
    "a condition on an item that is not looked up": (
        lambda f: row(f, "case_items", "case_items", "allowance")["eligibility"]["conditions"][0].update(
            expr="hh.by_name.exists(x, x.rows.size() > 0)"
        ),
        ("case_items", "allowance", "eligibility.income"),
    ),
    "a condition on a parameter that is not there": (
        lambda f: f["case_items.yaml"]["parameters"].pop(0),
        ("case_items", "allowance", "eligibility.income"),
    ),
    "a condition on a fact that nobody enters": (
        lambda f: row(f, "case_items", "case_items", "allowance")["eligibility"].pop("inputs"),
        ("case_items", "allowance", "eligibility.income"),
    ),
    "a source of an owner that is not there": (
        lambda f: row(f, "sources", "sources", "tax.https").update(owner="nobody", items=[]),
        ("sources", "tax.https", "owner"),
    ),
    "a source of another owner's data item": (
        lambda f: row(f, "sources", "sources", "tax.https").update(owner="tainan-civil"),
        ("sources", "tax.https", "items"),
    ),
    "a source of another kind than its data item's": (
        lambda f: row(f, "data_items", "data_items", "income").update(connector="sftp"),
        ("sources", "tax.https", "items"),
    ),
    "a data item answered twice": (
        lambda f: row(f, "sources", "sources", "tax.https").update(items=["income", "income"]),
        ("sources", "tax.https", "items[2]"),
    ),
    "a data item with two sources": (
        lambda f: f["sources.yaml"]["sources"].append(row(f, "sources", "sources", "tax.https") | {"code": "tax.two"}),
        ("sources", "tax.two", "items"),
    ),
    "an address in the open": (
        lambda f: row(f, "sources", "sources", "tax.https").update(address="http://tax.example/"),
        ("sources", "tax.https", "address"),
    ),
    "a setting that the kind does not have": (
        lambda f: row(f, "sources", "sources", "tax.https")["settings"].update(colour="red"),
        ("sources", "tax.https", "settings.colour"),
    ),
    "a setting that the kind needs": (
        lambda f: row(f, "sources", "sources", "tax.https").update(settings={}),
        ("sources", "tax.https", "settings.authority"),
    ),
    "a deadline before the question": (
        lambda f: row(f, "sources", "sources", "tax.https").update(deadline_s=-1),
        ("sources", "tax.https", "deadline_s"),
    ),
}


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_what_does_not_fit_is_said_once_and_with_its_place(tmp_path, name):
    change, *places = CHANGES[name]
    files = another_city()
    change(files)
    assert set(said(tmp_path, files)) == set(places)


def test_a_circle_of_parents_is_said_for_each_agency_on_it_and_for_no_other(tmp_path):
    files = another_city()
    row(files, "agencies", "agencies", "tainan")["parent"] = "tainan-civil"
    assert said(tmp_path, files) == [("agencies", "tainan", "parent"), ("agencies", "tainan-civil", "parent")]
    row(files, "agencies", "agencies", "tax")["parent"] = "tax"
    assert ("agencies", "tax", "parent") in said(tmp_path, files)


def test_a_data_item_s_owner_is_marked_as_one(tmp_path):
    files = another_city()
    del row(files, "agencies", "agencies", "tax")["data_owner"]
    assert said(tmp_path, files) == [("data_items", "income", "owner")]


def test_a_data_item_without_a_source_is_no_problem(tmp_path):
    files = another_city()
    row(files, "sources", "sources", "tax.https")["items"] = []
    assert said(tmp_path, files) == []


def test_all_changes_at_once_are_all_said(tmp_path):
    names = [
        "a parent that is not there",
        "a category that is not there",
        "a count that does not fit",
        "a field that its data item does not have",
        "a last day before the first",
        "an approved letter without its day",
        "a condition on a parameter that is not there",
        "a setting that the kind does not have",
        "an address in the open",
    ]
    files = another_city()
    for name in names:
        CHANGES[name][0](files)
    found = set(said(tmp_path, files))
    assert {CHANGES[name][1] for name in names} <= found


def test_every_wording_is_in_both_languages(tmp_path):
    for number, (change, *_places) in enumerate(CHANGES.values()):
        files = another_city()
        change(files)
        found = read_files(write(tmp_path / str(number), files))
        check(found)
        for problem in found.problems:
            assert problem.wording.zh
            assert problem.wording.en
            assert "{" not in problem.wording.zh + problem.wording.en


def test_checking_our_own_catalogue_finds_nothing():
    found = read_files(OURS)
    check(found)
    assert found.problems == []
