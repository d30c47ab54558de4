"""HTTPS sources that speak JSON, their certificate from the pinned authority alone.

JSON is read strictly: UTF-8, no name twice, no number made a float on the way (money keeps its digits), no NaN. What is
no text becomes text as the data items have it: numbers in plain digits, `true` and `false`; null says nothing.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from connectors import guard
from connectors.call import Call
from connectors.errors import Misconfigured, TooMuch, Unreadable
from connectors.exchange import Key, Query, Record, Reply, Source
from connectors.kinds import HttpsSettings, parse

# Stands for a list or an object where a value belongs: no type takes it, and under an unknown name it is counted.
_NESTED: Final = "\0"
_GROUPS: Final = ("rows", "members")
_KNOWN: Final = frozenset({"request_id", "key", "found", "header", *_GROUPS})


class HttpsConnector:
    """One POST for each key; the answer repeats request id and key."""

    def ask(self, source: Source, query: Query, call: Call) -> Reply:
        """What the source answers; a `SourceError` discards the whole."""
        settings = parse(source.kind, source.settings)
        assert isinstance(settings, HttpsSettings)
        address = f"{source.address.rstrip('/')}/{query.item.code}"
        headers = {"Content-Type": "application/json", "Accept": "application/json", **bearer(source)}
        records: list[Record] = []
        request_id, beyond = query.request_id, 0
        for key in query.keys:
            body = json.dumps(
                {
                    "request_id": query.request_id,
                    "key": {"kind": key.kind, "value": key.value},
                    "narrowing": dict(query.narrowing),
                },
                ensure_ascii=False,
            ).encode()
            reply = guard.send(call, "POST", address, body=body, headers=headers, authority=settings.authority)
            guard.expect(reply, ("application/json",))
            request_id, record, extra = _record(object_of(reply.body))
            records.append(record)
            beyond += extra
            if request_id != query.request_id:
                break
        return Reply(request_id, tuple(records), beyond=beyond, received_bytes=call.received)

    def probe(self, source: Source, call: Call) -> None:
        """Return when the address takes a TLS connection with a certificate of the authority; no request is sent."""
        settings = parse(source.kind, source.settings)
        assert isinstance(settings, HttpsSettings)
        guard.reach(call, source.address, authority=settings.authority)


def bearer(source: Source) -> dict[str, str]:
    """The header with the source's token, which stands in its credentials under `password`."""
    token = source.credentials.get("password", "")
    if not token:
        raise Misconfigured("credentials_missing", never_left=True)
    if not (token.isascii() and token.isprintable() and " " not in token):
        raise Misconfigured("credentials_unusable", never_left=True)
    return {"Authorization": f"Bearer {token}"}


def object_of(body: bytes) -> Mapping[str, Any]:
    """The one JSON object that a body is; `Unreadable` otherwise."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise Unreadable("encoding") from None
    try:
        # Numbers stay as their digits: 0.1 is money, and a number of a million digits would cost minutes.
        found = json.loads(text, object_pairs_hook=_once, parse_int=str, parse_float=str, parse_constant=_refuse)
    except RecursionError:
        raise TooMuch("memory") from None
    except ValueError:
        raise Unreadable("not_json") from None
    if not isinstance(found, dict):
        raise Unreadable("shape")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _refuse(_: str) -> Any:
    raise ValueError("no number")


def _record(said: Mapping[str, Any]) -> tuple[str, Record, int]:
    """Request id, record and the number of values under unknown names at the top."""
    key, found, header = said.get("key"), said.get("found"), said.get("header") or {}
    request_id = said.get("request_id")
    if not isinstance(request_id, str) or not isinstance(key, dict) or not isinstance(found, bool):
        raise Unreadable("shape")
    kind, value = key.get("kind"), key.get("value")
    if not isinstance(kind, str) or not isinstance(value, str) or not isinstance(header, dict):
        raise Unreadable("shape")
    groups: dict[str, tuple[Mapping[str, str], ...]] = {}
    for name in _GROUPS:
        rows = said.get(name) or []
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise Unreadable("shape")
        if rows:
            groups[name] = tuple(_values(row) for row in rows)
    return request_id, Record(Key(kind, value), found, _values(header), groups), len(set(said) - _KNOWN)


def _values(row: Mapping[str, Any]) -> Mapping[str, str]:
    values: dict[str, str] = {}
    for name, value in row.items():
        if isinstance(value, bool):
            values[name] = "true" if value else "false"
        elif isinstance(value, str):
            values[name] = value
        elif value is not None:
            values[name] = _NESTED
    return values
