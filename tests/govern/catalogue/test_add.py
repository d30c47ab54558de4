"""Data items and fields entered by their owner: the loader's own rules, an entry each, and what the next load does with them."""

import json
import uuid
from dataclasses import replace

import pytest
from sqlalchemy import select

from govern.access.gather import purpose
from govern.catalogue.as_files import contents
from govern.catalogue.case_item import CaseItem
from govern.catalogue.data_item import DataItem
from govern.catalogue.export import export
from govern.catalogue.life.content import content_of, faults
from govern.catalogue.load import load
from govern.catalogue.maintain import change_data_item
from govern.catalogue.maintain.add_data_item import NewDataItem, NewField, add_data_item, add_fields
from govern.catalogue.maintain.shown import ChangedMeanwhile, print_of
from govern.catalogue.source import SourceItem
from govern.core import clock
from govern.core.database import reading
from govern.core.errors import InvalidInput, NotAllowed, NotFound
from govern.rules.actor import Role
from tests.govern.catalogue.test_maintain import an_actor, entries, said
from tests.support.catalogue import SETTINGS, another_city, load_files, row, the_other_city

pytestmark = [pytest.mark.usefixtures("database_address", "keys"), pytest.mark.begins_with.with_args(the_other_city)]

NAME = NewField("holder", "所有人", "Holder", "name", "moderate", "surname_only")
GRADE = NewField("grade", "級別", "Grade", "code", "low", "none", values=({"code": "a", "zh": "甲", "en": "A"},))
BOATS = NewDataItem(
    code="boats",
    name_zh="船舶登記",
    name_en="Boats",
    category="people",
    scope="city",
    subject_key="national_id",
    shape="single",
    connector="https",
    fields=(NAME, GRADE),
)


def civil(*roles):
    return an_actor("tainan-civil", *(roles or (Role.APPROVER,)))


def items():
    with reading() as session:
        return contents.data_items(session)


def seen(code="household"):
    with reading() as session:
        return print_of(change_data_item.shown(session, code))


def extend(*fields, actor=None, code="household", seen_as=None):
    add_fields(actor or civil(), code, fields, seen=seen_as or seen(code))


def sources_of(item):
    with reading() as session:
        rows = session.execute(select(SourceItem.source).where(SourceItem.item == item, SourceItem.to_at.is_(None)))
        return [source for (source,) in rows]


def refused(new, actor=None):
    with pytest.raises(InvalidInput) as wrong:
        add_data_item(actor or civil(), new)
    return wrong.value.fields


def test_an_owner_s_approver_enters_a_data_item_that_has_no_source_yet():
    assert add_data_item(civil(), BOATS) == "boats"
    made = items()["boats"]
    assert (made["owner"], made["seq"], made["connector_basis"], made["connector"]) == (
        "tainan-civil", 4, "owner", "https",
    )  # fmt: skip
    assert [one["code"] for one in made["fields"]] == ["holder", "grade"]
    assert sources_of("boats") == []
    [entry] = entries("data_item_changed")
    assert (entry.about_id, entry.data_item, entry.owner, said(entry)["before"]) == (
        "boats",
        "boats",
        "tainan-civil",
        "",
    )
    assert (said(entry)["act"], said(entry)["field_codes"], said(entry)["after"]) == (
        "added", ["holder", "grade"], seen("boats"),
    )  # fmt: skip
    with reading() as session:
        assert contents.categories(session)["people"]["item_count"] == 3
    assert entries("source_changed") == []


def test_one_of_the_owner_s_sources_answers_it_and_an_entry_says_so():
    add_data_item(civil(), replace(BOATS, connector="", source="tainan-civil.https"))
    assert sources_of("boats") == ["tainan-civil.https"]
    [entry] = entries("source_changed")
    assert (entry.about_id, entry.owner, said(entry)["act"]) == ("tainan-civil.https", "tainan-civil", "changed")


@pytest.mark.parametrize(
    "who",
    [("tainan-social", Role.APPROVER), ("tainan-civil", Role.HEAD), ("tainan-civil", Role.DRAFTER),
     ("tainan", Role.OPERATOR)],
)  # fmt: skip
def test_nobody_else_enters_a_data_item(who):
    with pytest.raises(NotAllowed):
        add_data_item(an_actor(*who), BOATS)
    assert entries("data_item_changed") == []


WRONG = [
        ({"code": "Boats"}, {"code"}),
        ({"code": "household"}, {"code"}),
        ({"code": ""}, {"code"}),
        ({"name_zh": "", "name_en": "x" * 201}, {"name_zh", "name_en"}),
        ({"category": "ships"}, {"category"}),
        ({"scope": ""}, {"scope"}),
        ({"subject_key": "birthday"}, {"subject_key"}),
        ({"alt_subject_keys": ("national_id",)}, {"alt_subject_keys"}),
        ({"shape": "list"}, {"fields.0.group"}),
        ({"row_limit": 0}, {"row_limit"}),
        ({"connector": "telepathy"}, {"source"}),
        ({"connector": ""}, {"source"}),
        ({"source": "tax.https"}, {"source"}),
        ({"fields": ()}, {"fields"}),
        ({"fields": (NAME, replace(NAME, name_zh=""))}, {"fields.1.code", "fields.1.name_zh"}),
        ({"fields": (replace(NAME, mask="amount_band"),)}, {"fields.0.mask"}),
        ({"fields": (replace(NAME, mask="blur", type="song", sensitivity=""),)},
         {"fields.0.mask", "fields.0.type", "fields.0.sensitivity"}),
        ({"fields": (replace(NAME, group="members"),)}, {"fields.0.group"}),
        ({"fields": (replace(GRADE, values=()),)}, {"fields.0.values"}),
        ({"fields": (replace(GRADE, values=({"code": "a", "zh": "甲", "en": ""},)),)}, {"fields.0.values"}),
        ({"fields": (replace(NAME, values=GRADE.values),)}, {"fields.0.values"}),
    ]  # fmt: skip


def test_what_a_file_may_not_say_no_form_may():
    for wrong, named in WRONG:
        assert refused(replace(BOATS, **wrong)).keys() == named, wrong
    assert entries("data_item_changed") == []


def test_a_new_field_can_be_drafted_at_once_and_no_version_before_lists_it():
    before = seen()
    extend(replace(NAME, group="members"), GRADE)
    assert [one["code"] for one in items()["household"]["fields"]][-2:] == ["holder", "grade"]
    [entry] = entries("data_item_changed")
    assert (said(entry)["act"], said(entry)["before"], said(entry)["field_codes"]) == (
        "extended", before, ["holder", "grade"],
    )  # fmt: skip
    with reading() as session:
        assert session.get_one(DataItem, "household").version == 2
        content = content_of(session, 1)
        drafted = replace(
            content.items[0], fields=(*content.items[0].fields, replace(content.items[0].fields[0], field="grade"))
        )
        assert faults(session, replace(content, items=(drafted,)), to_propose=False) == {}
        asked = purpose(
            session, person_id=uuid.uuid4(), agency="tainan-social", case_item="allowance", on=clock.today()
        ).permitted["household"]
        assert [one.code for one in asked.fields] == ["name", "kind", "member_name"]


def test_a_field_is_entered_once_by_the_owner_and_onto_what_the_page_showed():
    before = seen()
    for actor in (an_actor("tax", Role.APPROVER), civil(Role.HEAD), an_actor("tainan", Role.OPERATOR)):
        with pytest.raises(NotAllowed):
            extend(GRADE, actor=actor)
    with pytest.raises(InvalidInput) as wrong:
        extend(replace(GRADE, code="kind"), NAME)
    assert list(wrong.value.fields) == ["fields.0.code"]
    with pytest.raises(InvalidInput) as wrong:
        extend()
    assert list(wrong.value.fields) == ["fields"]
    extend(GRADE)
    with pytest.raises(ChangedMeanwhile):
        extend(NAME, seen_as=before)
    with pytest.raises(NotFound):
        extend(NAME, code="nothing", seen_as=before)
    assert len(entries("data_item_changed")) == 1


def entered_in_the_console():
    add_data_item(civil(), replace(BOATS, source="tainan-civil.https"))
    extend(GRADE)


def test_a_load_of_files_that_do_not_name_it_leaves_it_where_it_is(tmp_path):
    entered_in_the_console()
    before = items()
    assert load_files(tmp_path / "a", another_city()).changed == 0
    assert items() == before
    assert sources_of("boats") == ["tainan-civil.https"]
    files = another_city()
    row(files, "data_items", "data_items", "household")["fields"][0]["sensitivity"] = "high"
    files["data_items.yaml"]["data_items"].append(
        row(files, "data_items", "data_items", "income") | {"code": "more", "seq": 4}
    )
    row(files, "data_items", "categories", "money")["item_count"] = 2
    assert load_files(tmp_path / "b", files).changed == 4  # household, more, its category; boats makes room
    after = items()
    assert [one["code"] for one in after["household"]["fields"]] == ["name", "kind", "member_name", "grade"]
    assert (after["more"]["seq"], after["boats"]["seq"]) == (4, 5)
    assert after["boats"]["fields"] == before["boats"]["fields"]
    assert load_files(tmp_path / "b", files).changed == 0


def test_written_to_files_it_loads_again_with_nothing_changed_and_is_theirs(tmp_path):
    entered_in_the_console()
    assert export(tmp_path / "out").data_items == 4
    before = items()
    assert load(tmp_path / "out", settings=SETTINGS).changed == 0
    assert items() == before


def test_a_field_that_a_file_brought_goes_with_it_and_one_of_the_console_stays(tmp_path):
    with reading() as session:
        assert session.get(CaseItem, "allowance") is not None
    files = another_city()
    income = row(files, "data_items", "data_items", "by_name")
    income["fields"] = [*income["fields"], {**income["fields"][0], "code": "note", "type": "text"}]
    load_files(tmp_path / "b", files)
    extend(replace(NAME, group="rows"), code="by_name")
    load_files(tmp_path / "c", another_city())
    assert [one["code"] for one in items()["by_name"]["fields"]] == ["national_id", "holder"]
    assert json.loads(entries("data_item_changed")[-1].details).get("act") is None
