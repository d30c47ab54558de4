"""The table of misbehaviours (SECURITY.md, F7, F8, F10): what each ends in, for which kinds of source, why not for the rest.

`python -m tests.connectors.misbehaving.table` prints it. A cell ends in one of the classes named (`answer`: it must be
understood all the same); where the question must not have left, that is held too. A kind without a cell says why.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from tests.connectors.misbehaving.standing import KINDS

_GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "soap": ("soap_ws", "soap_gateway"),
    "json": ("https",),
    "http": ("soap_ws", "soap_gateway", "https", "batch_file"),
    "files": ("batch_file", "sftp"),
    "batch": ("batch_file",),
    "sftp": ("sftp",),
    "all": KINDS,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One misbehaviour: what a call may end in, whether the question must have stayed here, and whom it concerns."""

    name: str
    does: str
    ends: frozenset[str]
    kinds: tuple[str, ...]
    instead: Mapping[str, str] = field(default_factory=dict)
    """For the other kinds, why there is nothing to misbehave in."""
    nothing_left: bool = False
    beyond: int = 0
    """How many values the data item does not have must have been cut and counted."""
    times: int = 1

    @property
    def only_waits(self) -> bool:
        """Whether the deadline may have to end it."""
        return bool(self.ends & {"timed_out", "unreachable"})


def _rows(group: str, *rows: tuple[str, str, str] | tuple[str, str, str, str], **more: object) -> Iterator[Row]:
    """Rows of one group of kinds: name, what the source does, what it ends in, and the reason for the rest."""
    for name, does, ends, *reason in rows:
        kinds = _GROUPS[group]
        others = {kind: reason[0] for kind in KINDS if kind not in kinds} if reason else {}
        yield Row(name, does, frozenset(ends.split("|")), kinds, others, **more)  # type: ignore[arg-type]


_NO_HEADER = "SFTP has no header lines"
_NO_LENGTH = "SFTP says a file's size before it is read: see short file and cut short"
_NO_TLS = "SSH has host keys, not certificates"
_NO_KEYS = "TLS has certificates, not host keys"
_NO_FILE = "its answer is a message, not a file"
_NO_XML = "it speaks no XML"
_ONE = "an answer file has a name of its own: no other is ever read"
_DONE = "it answers at once: nothing is waited for"

TABLE: Final[tuple[Row, ...]] = (
    *_rows(
        "all",
        ("refuse", "nobody listens", "unreachable"),
        ("packets_dropped", "a firewall drops every packet", "unreachable"),
        ("black_hole", "takes the connection and says nothing", "unreachable"),
        ("closed_at_once", "takes the connection and closes it", "unreachable"),
        ("greeting_byte_by_byte", "handshake or greeting byte by byte", "unreachable"),
        ("endless_greeting", "handshake or greeting without end", "unreachable"),
        ("another_protocol", "speaks another protocol", "unreachable"),
        ("another_authority", "a certificate of another authority, or another host key", "misconfigured"),
        ("old_tls", "TLS 1.1 alone, or SSH with weak algorithms alone", "unreachable|misconfigured"),
        nothing_left=True,
    ),
    *_rows(
        "http",
        ("self_signed", "a certificate that signed itself", "misconfigured", _NO_TLS),
        ("out_of_date", "a certificate out of its time", "misconfigured", _NO_TLS),
        ("not_yet_valid", "a certificate before its time", "misconfigured", _NO_TLS),
        ("another_name", "a certificate for another name", "misconfigured", _NO_TLS),
        nothing_left=True,
    ),
    *_rows(
        "sftp",
        ("another_kind_of_key", "a host key of another kind, never seen", "misconfigured", _NO_KEYS),
        ("rejecting", "rejects the log-in", "misconfigured", "see rejecting over HTTP"),
        ("no_subsystem", "logs in and has no SFTP", "unreachable", "HTTP has no subsystems"),
        ("subsystem_never_granted", "logs in and never grants SFTP", "unreachable", "HTTP has no subsystems"),
        nothing_left=True,
    ),
    *_rows(
        "all",
        ("right", "answers right", "answer"),
        ("nobody", "knows nobody of this key", "answer"),
        ("silent", "takes the question and never answers", "timed_out"),
        ("byte_by_byte", "a byte each 50 ms", "timed_out"),
        ("hanging_up", "hangs up on the question", "timed_out"),
        ("cut_short", "stops in the middle of the answer", "unreadable|timed_out"),
        ("short_file", "half of the answer, as if it were the whole", "unreadable"),
        ("announcing_200_mb", "announces 200 MB", "too_much"),
        ("sending_200_mb", "sends 200 MB unannounced", "too_much|unreadable"),
        ("many_small_pieces", "7.5 MB of the smallest pieces", "too_much|unreadable|answer"),
        ("another_person", "answers about another person", "unreadable"),
        ("another_person_under_the_asked_key", "another person's record under the asked key", "unreadable"),
        ("another_beside", "another person's record beside the asked one", "unreadable"),
        ("unfound_with_data", "'not found', and data all the same", "unreadable"),
        ("code_unknown", "a code that nobody knows", "unreadable"),
        ("another_type", "words where money belongs", "unreadable"),
        ("line_break_in_a_value", "a line break within a name", "unreadable"),
        ("too_many_rows", "more rows than the data item may have", "too_much"),
        ("page_as_file", "a page in HTML under the right media type or file name", "unreadable"),
        ("noise", "bytes that mean nothing", "unreadable"),
        ("empty", "an answer of no bytes", "unreadable"),
        ("big5", "Big5 under the name of UTF-8", "unreadable"),
        ("half_a_character", "half a character", "unreadable"),
    ),
    *_rows("all", ("extra_fields", "fields that the data item does not have", "answer"), beyond=3),
    *_rows(
        "http",
        ("endless_header", "header after header, without end", "timed_out|unreadable|too_much", _NO_HEADER),
        ("endless_header_line", "one header line without end", "unreadable|too_much", _NO_HEADER),
        ("continuing_for_ever", "'100 Continue' again and again", "timed_out|too_much", _NO_HEADER),
        ("endless_trailer", "headers behind the body, without end", "unreadable|too_much", _NO_HEADER),
        ("endless_chunk_size", "the size of a chunk in ever more digits", "unreadable|too_much", _NO_HEADER),
        ("tiny_chunks", "chunks of one byte, without end", "too_much|timed_out", _NO_HEADER),
        ("cut_short_in_a_chunk", "stops within a chunk", "unreadable", _NO_LENGTH),
        ("negative_length", "a length below nothing", "unreadable|timed_out|answer", _NO_LENGTH),
        ("two_lengths", "two lengths that differ", "unreadable|answer", _NO_LENGTH),
        ("gzip_bomb", "100 MB in 100 kB", "too_much", "no compression is offered over SSH"),
        ("redirect", "sends the asker elsewhere", "unreadable", "SFTP knows no redirect"),
        ("redirect_to_http", "sends the asker elsewhere in clear", "unreadable", "SFTP knows no redirect"),
        ("log_in_page", "a page in HTML to log in at", "unreadable", "see page as file"),
        ("garbage", "bytes that are no HTTP", "unreadable", "see another protocol"),
        ("failing", "500 above the right answer, the person in the status line", "refused", "see not taken"),
        ("busy", "503", "refused", "a file server that is busy does not answer: see silent"),
        ("rejecting", "401", "refused"),
        ("another_question", "the answer to another question", "unreadable", _ONE),
        ("packed", "the right answer, compressed", "answer", "no compression is offered over SSH"),
    ),
    *_rows(
        "http",
        ("one_answer_too_many", "a second answer at once, for whoever asks next", "answer", _ONE),
        times=2,
    ),
    *_rows(
        "soap",
        ("wrong_namespace", "the right answer in another namespace", "unreadable", "it knows no namespaces"),
        ("entity_bomb", "entities in entities", "unreadable", _NO_XML),
        ("doctype", "the right answer under a DTD", "unreadable", _NO_XML),
        ("entity_of_a_file", "an entity that is a file of ours", "unreadable", _NO_XML),
        ("entity_from_elsewhere", "an entity to be fetched", "unreadable", _NO_XML),
        ("many_attributes", "half a million attributes", "unreadable|too_much", _NO_XML),
        ("many_namespaces", "half a million namespaces", "unreadable|too_much|answer", _NO_XML),
        ("big5_declared", "Big5 under its own name, as XML may", "answer", "it has one encoding, UTF-8"),
        ("bom", "a byte order mark, as XML may have", "answer"),
        ("fault", "a fault that repeats the key", "refused", "it has no faults"),
        ("bad_credentials", "a fault of WS-Security", "refused", "see rejecting"),
    ),
    *_rows(
        "json",
        ("name_twice", "a name twice", "unreadable", "JSON's own"),
        ("not_a_number", "NaN", "unreadable", "JSON's own"),
        ("many_names", "half a million names", "too_much|unreadable|answer", "JSON's own"),
        ("number_of_a_million_digits", "a number of a million digits", "answer|unreadable", "JSON's own"),
        ("deep_nesting", "200,000 lists in lists", "unreadable|too_much"),
        ("bom", "a byte order mark", "unreadable"),
        ("utf16", "UTF-16", "unreadable"),
    ),
    *_rows("soap", ("deep_nesting", "200,000 elements in elements", "unreadable|too_much", "a file has no depth")),
    *_rows(
        "files",
        ("no_trailer", "a file without its trailer", "unreadable", _NO_FILE),
        ("wrong_count", "a trailer that counts wrong", "unreadable", _NO_FILE),
        ("trailer_in_the_middle", "a trailer, and lines behind it", "unreadable", _NO_FILE),
        ("key_left_out", "a file that leaves the key out", "unreadable", _NO_FILE),
        ("bom", "a byte order mark", "unreadable"),
        ("utf16", "UTF-16", "unreadable", "XML that is UTF-16 says so, and may"),
    ),
    *_rows(
        "sftp",
        ("stalling", "stops within the file, the connection open", "timed_out", "see byte by byte and silent"),
        ("always_growing", "a file that grows while it is read, without end", "timed_out|unreadable", _NO_FILE),
        ("growing_at_first", "a file that grows while it is read, and then rests", "answer|unreadable", _NO_FILE),
        ("vanishing", "a file renamed between look and reading, always", "timed_out", _NO_FILE),
        ("vanishing_at_first", "a file renamed between look and reading, at first", "answer", _NO_FILE),
        ("undeletable", "a file that may not be removed", "answer", _NO_FILE),
        ("not_taken", "does not take the request's file", "refused", "see failing"),
    ),
    *_rows(
        "batch",
        ("bad_ticket", "a ticket that is a path", "unreadable", _DONE),
        ("working_for_ever", "works for ever", "timed_out", _DONE),
        ("upload_silent", "takes the file and never says so", "timed_out", _DONE),
        ("upload_hanging_up", "hangs up on the file", "timed_out", _DONE),
        ("upload_cut_short", "stops in the middle of the ticket", "unreadable", _DONE),
        ("upload_log_in_page", "a page in HTML to log in at, for a ticket", "refused|unreadable", _DONE),
        ("upload_redirect_to_http", "sends the file elsewhere in clear", "unreadable", _DONE),
    ),
)
NOT_TRIED: Final[Mapping[str, str]] = {
    "100,000 files in the folder": "no folder is ever listed: a file is asked for by its name",
    "a revoked certificate": "no list of revoked ones is read: an authority is pinned per source, and changed there",
    "another record under the asked key, where the data item repeats no number": "nothing in the answer could tell",
}


def cells() -> Iterator[tuple[Row, str]]:
    """Every misbehaviour with each kind that can show it."""
    return ((row, kind) for row in TABLE for kind in row.kinds)


def page() -> str:
    """The table, to be read: a line for each misbehaviour, a column for each kind."""
    lines = ["| misbehaviour | " + " | ".join(KINDS) + " |", "| --- |" + " --- |" * len(KINDS)]
    names = list(dict.fromkeys(row.name for row in TABLE))
    for name in names:
        rows = [row for row in TABLE if row.name == name]
        said: dict[str, str] = {}
        for row in rows:
            said |= {kind: f"({why})" for kind, why in row.instead.items() if kind not in said}
        for row in rows:
            said |= dict.fromkeys(row.kinds, " or ".join(sorted(row.ends)))
        lines.append(f"| {rows[0].does} | " + " | ".join(said[kind] for kind in KINDS) + " |")
    lines += ["", *(f"Not tried: {what} ({why})." for what, why in NOT_TRIED.items())]
    return "\n".join(lines)


if __name__ == "__main__":
    print(page())
