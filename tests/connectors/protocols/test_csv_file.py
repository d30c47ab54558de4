"""Files of rows: written, read back, and refused when not whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from connectors.errors import SourceError, Unreadable
from connectors.mapping import LINES
from connectors.protocols.csv_file import is_whole, read, written
from tests.support.household import SUBJECT, Answer, as_csv, question

WHOLE = as_csv(Answer())


def test_a_whole_file_is_read_into_lines() -> None:
    (record,) = read(WHOLE, question())
    assert record.found
    assert len(record.groups[LINES]) == 2


@pytest.mark.parametrize(
    ("data", "detail"),
    [
        (WHOLE.replace(b"seq,key", b"key,seq"), "not_csv"),
        (WHOLE.replace(b"household_no", b"key"), "not_csv"),
        (WHOLE.replace(b",true,", b",yes,"), "not_csv"),
        (WHOLE.replace(b"1,A900000018,true", b"2,A900000018,true"), "record_count"),
        (WHOLE.replace(b"1,A900000018,true", b"0,A900000018,true"), "record_count"),
        (WHOLE.replace(SUBJECT.encode(), b"B900000028", 1), "other_key"),
        (WHOLE.replace(b"true", b"false", 1), "not_csv"),
        (WHOLE.replace(b"#END,2", b"#END,1"), "row_count"),
        (WHOLE.replace(b"#END,2", b"#END,02"), "row_count"),
        (WHOLE.replace(b"#END,2", b"1\r\n#END,3"), "not_csv"),
        (WHOLE.replace(b"#END,2", b"1," + SUBJECT.encode() + b",true" + b",x" * 99 + b"\r\n#END,3"), "not_csv"),
        (WHOLE + b"1,A900000018,true\r\n", "trailer"),
        (WHOLE.rstrip(b"\r\n"), "trailer"),
        (WHOLE.replace(b"family", b'"family'), "trailer"),
        (b"#END,0\r\n", "trailer"),
        (b"", "trailer"),
    ],
)
def test_a_file_with_something_wrong_is_refused_whole(data: bytes, detail: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(data, question())
    assert caught.value.detail in (detail, "not_csv")


@given(some.integers(min_value=0, max_value=len(WHOLE) - 1))
def test_no_beginning_of_a_file_is_taken_for_the_file(length: int) -> None:
    with pytest.raises(SourceError):
        read(WHOLE[:length], question())


@given(
    some.lists(
        some.text(alphabet=some.characters(exclude_characters="\0\r\n", exclude_categories=["Cs"])),
        min_size=1,
        max_size=5,
    )
)
def test_keys_with_commas_quotes_and_marks_come_back_as_they_went(keys: list[str]) -> None:
    asked = question(keys)
    data = written(("seq", "key", "found"), ((str(place), key, "false") for place, key in enumerate(keys, 1)))
    assert is_whole(data)
    assert [record.key.value for record in read(data, asked)] == keys
