"""Guards against sources that misbehave, and what each looks like when it is taken away: hand-written mutants, with their tests.

As in `tests/support/guards.py`. Most are noticed by a kind's contract or by what its file tests alone; the whole table of
misbehaviours would notice them all, and takes longer.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from tests.support.guards import Mutant

CONNECTORS: Final = "tests/connectors/"
TABLE: Final = (
    "tests/promises/test_a_source_that_misbehaves.py::test_every_misbehaviour_of_every_kind_ends_as_the_table_says"
)
_GUARDS: Final[Mapping[str, tuple[tuple[str, ...], tuple[tuple[str, str], ...]]]] = {
    "connectors/call.py": (
        (TABLE,),
        (
            ("        rest = self.deadline - now()\n", "        rest = 30.0\n"),
            ("        if self.received > self.max_bytes + _HEADER_BYTES:", "        if False:"),
        ),
    ),
    "connectors/call.py, each read": (
        (f"{CONNECTORS}test_guard.py",),
        (
            (
                "    def recv_into(self, *args: Any, **named: Any) -> int:\n        self._look()\n",
                "    def recv_into(self, *args: Any, **named: Any) -> int:\n",
            ),
        ),
    ),
    "connectors/guard.py": (
        (f"{CONNECTORS}test_guard.py",),
        (
            ("        call.allowed.check_address(parts.scheme, host, str(where[0]), port)\n", ""),
            ("    if response.length is not None and response.length > call.max_bytes:", "    if False:"),
            ('    if packing not in ("identity", "", "gzip", "x-gzip"):', "    if False:"),
            ("    _idle.clear()  # a child that used", "    pass  # a child that used"),
        ),
    ),
    "connectors/guard.py, the whole reply": (
        (TABLE,),
        (("        if isinstance(self.sock, TlsSocket) and self.sock.pending():", "        if False:"),),
    ),
    "connectors/guard.py, TLS": (
        (TABLE,),
        (
            (
                "    context.load_verify_locations(cafile=authority)\n",
                "    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE\n",
            ),
            (
                "    context.load_verify_locations(cafile=authority)\n",
                "    context.load_verify_locations(cafile=authority)\n    context.check_hostname = False\n",
            ),
        ),
    ),
    "connectors/sandbox.py": (
        (f"{CONNECTORS}test_sandbox.py",),
        (
            ("        with memory_limit(limits.memory_bytes):", "        with memory_limit(1 << 40):"),
            ("        failure = translated(foreign, left=call.left)\n", "        raise\n"),
        ),
    ),
    "connectors/sandbox.py, bare": (
        (TABLE,),
        (("        failure = known.bare()\n", "        raise\n"),),
    ),
    "connectors/verify_reply.py": (
        (f"{CONNECTORS}test_verify_reply.py",),
        (
            ("    if reply.request_id != query.request_id:", "    if False:"),
            ("    if len(reply.records) != len(query.keys):", "    if False:"),
            ("        if record.key != key:", "        if False:"),
            ("        if len(rows) > item.row_limit:", "        if False:"),
            ("    if not record.found and (header or any(groups.values())):", "    if False:"),
            ("    if header.get(kind, record.key.value) != record.key.value:", "    if False:"),
            ("        if spec.group != group:", "        if False:"),
            ("        if not _plausible(spec, value):", "        if False:"),
            ("            beyond += 1\n", ""),
        ),
    ),
    "connectors/addresses.py": (
        (f"{CONNECTORS}test_addresses.py",),
        (
            (" and not _special(found):", ":"),
            ("    return mapped or found", "    return found"),
        ),
    ),
    "connectors/protocols/soap.py": (
        (TABLE,),
        (
            ("    if envelope.getroottree().docinfo.doctype:", "    if False:"),
            ("    if not ready.schema.validate(content):", "    if False:"),
            ("            part.remove(value)\n            count += 1\n", "            part.remove(value)\n"),
        ),
    ),
    "connectors/protocols/https.py": (
        (TABLE, f"{CONNECTORS}protocols/test_https.py"),
        (
            ("    if len(found) != len(pairs):", "    if False:"),
            ('    raise ValueError("no number")', '    return "0"'),
            ('    except RecursionError:\n        raise TooMuch("memory") from None\n', ""),
        ),
    ),
    "connectors/protocols/csv_file.py": (
        (f"{CONNECTORS}protocols/test_csv_file.py",),
        (
            ("    if not is_whole(data):", "    if False:"),
            ("    if trailer[1] != str(len(body)):", "    if False:"),
            ("        if row[1] != query.keys[place].value:", "        if False:"),
            ("        if len(row) != len(header):", "        if False:"),
        ),
    ),
    "connectors/protocols/csv_file.py, the rest": (
        (TABLE,),
        (("    if len(lines) != len(query.keys):", "    if False:"),),
    ),
    "connectors/protocols/sftp.py": (
        (TABLE,),
        (("        if before > call.max_bytes:", "        if False:"),),
    ),
    "connectors/protocols/ssh.py": (
        (f"{CONNECTORS}protocols/test_sftp.py",),
        (
            (
                "        if shown.get_name() != pinned.get_name() or not hmac.compare_digest(shown.asbytes(), pinned.asbytes()):",
                "        if False:",
            ),
            ("    options.ciphers = CIPHERS\n", ""),
            ("    watch.start()\n", ""),
            ("        self.channel.settimeout(self.call.remaining())\n        data =", "        data ="),
        ),
    ),
    "connectors/protocols/batch_file.py": (
        (TABLE,),
        (("        if not isinstance(ticket, str) or _TICKET.fullmatch(ticket) is None:", "        if False:"),),
    ),
    "govern/lookups/pressure.py": (
        ("tests/govern/lookups/test_pressure.py",),
        (
            ("    return min(source.max_at_once, max(1, workers - 1))", "    return source.max_at_once"),
            ("    return min(source.max_at_once, max(1, workers - 1))", "    return max(1, workers - 1)"),
            (
                ".where(SourceSlot.source == source.code, SourceSlot.slot <= places)",
                ".where(SourceSlot.source == source.code)",
            ),
            ("    _wake_next(session, source)\n", ""),
        ),
    ),
}
# Removed alone they change nothing, since another guard stands before or behind them.
_TWICE: Final = (
    Mutant(
        "connectors/guard.py",
        "            chunk = unpack.decompress(chunk, call.max_bytes - total + 1)",
        "            chunk = unpack.decompress(chunk)",
        (f"{CONNECTORS}test_guard.py",),
        "64 kB at a time unpack to at most 66 MB, which the limit of a call's memory behind it bears",
    ),
    Mutant(
        "connectors/protocols/sftp.py",
        '    return after, b"".join(pieces) if before == total == after else None',
        '    return after, b"".join(pieces)',
        (TABLE,),
        "the trailer behind it counts the rows: no part of a file passes for the whole",
    ),
    Mutant(
        "connectors/protocols/csv_file.py",
        '    if text.startswith("\\ufeff") or "\\0" in text:',
        "    if False:",
        (TABLE,),
        "a mark before the first column makes its name another one; only the word for it differs",
    ),
    Mutant(
        "connectors/guard.py",
        "    if response.length:  # http.client",
        "    if False:  # http.client",
        (TABLE,),
        "half of an answer is no XML and no JSON, and a file without its trailer; only the word for it differs",
    ),
    Mutant(
        "connectors/guard.py",
        "        if reply.media_type not in media_types:",
        "        if False:",
        (TABLE,),
        "a page is no XML, no JSON and no file; only the word for it differs",
    ),
    Mutant(
        "connectors/guard.py",
        '    if 300 <= status < 400:\n        raise Unreadable("redirect")\n',
        "",
        (TABLE,),
        "no redirect is followed; it is a status that nobody expects then, and only the word for it differs",
    ),
)


def mutants() -> Iterator[Mutant]:
    """Every mutant of this theme."""
    for file, (tests, guards) in _GUARDS.items():
        for guard, instead in guards:
            yield Mutant(file.partition(",")[0], guard, instead, tests)
    yield from _TWICE
