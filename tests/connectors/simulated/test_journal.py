"""The journals say what was asked, and about whom to nobody without their key."""

from pathlib import Path

from connectors.simulated import journal


def test_each_key_is_a_line_with_a_digest_that_only_its_folder_can_make(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        folder.mkdir()
        journal.prepare(folder)
        journal.write(
            folder, "tw-moi", "r1", "hh_person_change_national", [("national_id", "F100000006"), ("name", "某")]
        )
    lines = journal.read(one, "tw-moi")
    assert [line["key_digest"] for line in lines] == [
        journal.digest(one, "national_id", "F100000006"),
        journal.digest(one, "name", "某"),
    ]
    assert {line["request_id"] for line in lines} == {"r1"}
    assert set(lines[0]) == {"request_id", "item", "key_digest", "at"}
    assert lines[0]["key_digest"] != journal.read(other, "tw-moi")[0]["key_digest"]
    assert b"F100000006" not in (one / "journal" / "tw-moi.jsonl").read_bytes()


def test_an_agency_that_was_never_asked_has_an_empty_journal(tmp_path: Path) -> None:
    journal.prepare(tmp_path)
    assert journal.read(tmp_path, "tw-moe") == []
