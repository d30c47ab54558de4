"""What a misbehaving source says, by the format of its kind: XML, JSON or a file of lines.

Every wrong body is as near to the right one as it can be, and holds the values of the asked person and of another one, so
that a leak of either shows.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Final

from tests.support.household import MARKS, SUBJECT, Answer, as_csv, as_json, as_soap

OTHER: Final = "B900000028"
OF_ANOTHER: Final = ("戊旁人", "旁人路九十九號")
MARKED: Final = (*MARKS, OTHER, *OF_ANOTHER)
FORMAT: Final[Mapping[str, str]] = {
    "soap_ws": "xml",
    "soap_gateway": "xml",
    "https": "json",
    "batch_file": "csv",
    "sftp": "csv",
}
LARGE, LARGEST = (
    1_000_000,
    7_500_000,
)  # bytes: the small pieces of the suite, and what is near the most that a call brings in
_RIGHT: Final = Answer()
_THEIRS: Final = replace(
    _RIGHT.about(OTHER),
    header={"household_no": "F9", "kind": "single", "address": OF_ANOTHER[1]},
    members=({"member_name": OF_ANOTHER[0]},),
)
_AS: Final[Mapping[str, Callable[[Answer], bytes]]] = {"xml": as_soap, "json": as_json, "csv": as_csv}


_sizes: list[int] = [LARGE]


def set_largest(is_largest: bool) -> None:
    """How large the large bodies are from now on; what was made before is forgotten."""
    _sizes[0] = LARGEST if is_largest else LARGE
    made.cache_clear()


def _large() -> int:
    return _sizes[0]


def _each(answer: Answer, *formats: str) -> dict[str, Callable[[], bytes]]:
    return {name: lambda name=name: _AS[name](answer) for name in formats or _AS}  # type: ignore[misc]


def _fault(code: bytes) -> bytes:
    return (
        b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>%s</faultcode>'
        b"<faultstring>%s</faultstring></s:Fault></s:Body></s:Envelope>" % (code, SUBJECT.encode())
    )


def _bomb() -> bytes:
    layers = (b'<!ENTITY %c "%s">' % (98 + n, (b"&%c;" % (97 + n)) * 10) for n in range(9))
    return b'<!DOCTYPE a [<!ENTITY a "AAAAAAAAAA">' + b"".join(layers) + b"]><a>&j;</a>"


def _with_doctype(inside: bytes) -> bytes:
    head, rest = as_soap(_RIGHT).split(b"?>", 1)
    return head + b"?><!DOCTYPE x [" + inside + b"]>" + rest.replace(b"F7766001", b"&x;")


def _inserted(wanted: bytes, piece: bytes) -> bytes:
    """Small pieces without number, in place of something small, in a body that is right but for them."""
    for name in ("xml", "json"):
        whole = _AS[name](_RIGHT)
        if wanted in whole:
            return whole.replace(wanted, wanted + piece * (_large() // len(piece)), 1)
    raise AssertionError(wanted)


def _attributes(name: bytes) -> bytes:
    numbered = b"".join(b' %s%d=""' % (name, number) for number in range(_large() // (len(name) + 11)))
    return as_soap(_RIGHT).replace(b"<a:header>", b"<a:header" + numbered + b">", 1)


def _lines() -> bytes:
    head, _, rest = as_csv(_RIGHT).partition(b"\r\n")
    line = rest.partition(b"\r\n")[0] + b"\r\n"
    count = _large() // len(line)
    return head + b"\r\n" + line * count + b"#END,%d\r\n" % count


def _without_end(data: bytes) -> bytes:
    return data.rpartition(b"#END")[0]


def _big5() -> dict[str, Callable[[], bytes]]:
    return {name: lambda name=name: _AS[name](_RIGHT).decode().encode("big5") for name in _AS}  # type: ignore[misc]


# What is said instead of the right answer, by name and format. What a format does not have it cannot say.
BODIES: Final[Mapping[str, Mapping[str, Callable[[], bytes]]]] = {
    "right": _each(_RIGHT),
    "nobody": _each(_RIGHT.nobody()),
    "extra_fields": _each(_RIGHT.with_extra()),
    "another_person": _each(_THEIRS),
    "another_person_under_the_asked_key": _each(
        replace(_THEIRS.about(SUBJECT), header={**_THEIRS.header, "national_id": OTHER})
    ),
    "another_question": _each(replace(_RIGHT, request_id="01900000-0000-7000-8000-000000000bad")),
    "another_beside": {
        "xml": lambda: as_soap(_RIGHT).replace(b"</s:Body>", as_soap(_THEIRS).partition(b"<s:Body>")[2][:-13], 1),
        "json": lambda: b"[" + as_json(_RIGHT) + b"," + as_json(_THEIRS) + b"]",
        "csv": lambda: _without_end(as_csv(_RIGHT)) + b"2,B900000028,true,F9,single,x,y,,\r\n#END,3\r\n",
    },
    "key_left_out": {"csv": lambda: b"seq,key,found,household_no\r\n#END,0\r\n"},
    "unfound_with_data": _each(replace(_RIGHT, found=False)),
    "code_unknown": _each(replace(_RIGHT, header={**_RIGHT.header, "kind": "palace"})),
    "another_type": _each(replace(_RIGHT, members=({"member_name": MARKS[2], "member_savings": "plenty"},))),
    "line_break_in_a_value": _each(replace(_RIGHT, members=({"member_name": f"{MARKS[2]}\n甲,乙"},))),
    "too_many_rows": _each(replace(_RIGHT, members=({"member_name": MARKS[2]},) * 51)),
    "wrong_namespace": {"xml": lambda: as_soap(_RIGHT, "urn:govern:agency:another")},
    "big5": _big5(),
    "big5_declared": {
        "xml": lambda: as_soap(_RIGHT).decode().replace('encoding="utf-8"', 'encoding="big5"').encode("big5")
    },
    "utf16": {name: lambda name=name: _AS[name](_RIGHT).decode().encode("utf-16") for name in ("json", "csv")},  # type: ignore[misc]
    "bom": {name: lambda name=name: b"\xef\xbb\xbf" + _AS[name](_RIGHT) for name in _AS},  # type: ignore[misc]
    "half_a_character": {
        name: lambda name=name: _AS[name](_RIGHT).replace("甄".encode(), "甄".encode()[:2], 1)  # type: ignore[misc]
        for name in _AS
    },
    "empty": {name: lambda: b"" for name in _AS},
    "noise": {name: lambda: SUBJECT.encode() + bytes(range(256)) * 40 for name in _AS},
    "page_as_file": {
        name: lambda: b"<!DOCTYPE html><html><body>Log in, " + SUBJECT.encode() + b"</body></html>\r\n" for name in _AS
    },
    "entity_bomb": {"xml": _bomb},
    "doctype": {"xml": lambda: as_soap(_RIGHT).replace(b"?>", b"?><!DOCTYPE x>", 1)},
    "entity_of_a_file": {"xml": lambda: _with_doctype(b'<!ENTITY x SYSTEM "file:///etc/passwd">')},
    "entity_from_elsewhere": {"xml": lambda: _with_doctype(b'<!ENTITY % y SYSTEM "http://127.0.0.1:9/"> %y;')},
    "deep_nesting": {"xml": lambda: b"<a>" * 200_000, "json": lambda: b'{"header":' + b"[" * 200_000},
    "many_small_pieces": {
        "xml": lambda: _inserted(b"<a:header>", b"<a/>"),
        "json": lambda: _inserted(b'"members": [', b"{},"),
        "csv": _lines,
    },
    "many_attributes": {"xml": lambda: _attributes(b"x")},
    "many_namespaces": {"xml": lambda: _attributes(b"xmlns:x").replace(b'=""', b'="y"')},
    "many_names": {
        "json": lambda: as_json(_RIGHT).replace(
            b'"header": {', b'"header": {' + b"".join(b'"x%d":"",' % n for n in range(_large() // 13)), 1
        )
    },
    "number_of_a_million_digits": {
        "json": lambda: as_json(_RIGHT).replace(b'"rows"', b'"more":' + b"9" * 1_000_000 + b',"rows"', 1)
    },
    "name_twice": {"json": lambda: as_json(_RIGHT)[:-1] + b',"found":true}'},
    "not_a_number": {"json": lambda: as_json(_RIGHT)[:-1] + b',"more":NaN}'},
    "no_trailer": {"csv": lambda: _without_end(as_csv(_RIGHT))},
    "wrong_count": {"csv": lambda: as_csv(_RIGHT).replace(b"#END,2", b"#END,3")},
    "trailer_in_the_middle": {
        "csv": lambda: as_csv(_RIGHT).replace(b"#END,2", b"#END,1\r\n1,A900000018,true,,,,,,\r\n#END,2")
    },
    "fault": {"xml": lambda: _fault(b"s:Server")},
    "bad_credentials": {"xml": lambda: _fault(b"wsse:FailedAuthentication")},
}


def as_said(kind: str, name: str) -> bytes:
    """The body of this name in the format of a kind; the right one for a name that is no body's."""
    return made(name if name in BODIES else "right", FORMAT[kind])


@cache
def made(name: str, form: str) -> bytes:
    """A body, made once; some are large, so whoever has done with them clears this."""
    return BODIES[name][form]()
