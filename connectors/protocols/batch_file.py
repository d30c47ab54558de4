"""Files exchanged whole: request file out, answer file in, row counts checked.

The file of numbers is uploaded once by HTTPS; the source gives a ticket and is asked for the answer until it is there. Only
the upload is the question: looking for the answer again is harmless, so that a broken look is repeated until the deadline
while a broken upload is not.
"""

import re
from typing import Final

from connectors import guard
from connectors.call import Call
from connectors.errors import Misconfigured, SourceError, TimedOut, Unreadable
from connectors.exchange import Query, Reply, Source
from connectors.kinds import BatchFileSettings, parse
from connectors.protocols import csv_file
from connectors.protocols.https import bearer, object_of

_TICKET: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_FIRST_WAIT_S: Final = 0.02


class BatchFileConnector:
    """One upload for all keys of a question, then a look now and then for the answer file."""

    def ask(self, source: Source, query: Query, call: Call) -> Reply:
        """The answer file, whole; `TimedOut` with `still_working` when the source is not done at the deadline."""
        settings = parse(source.kind, source.settings)
        assert isinstance(settings, BatchFileSettings)
        if query.narrowing or len({key.kind for key in query.keys}) != 1:
            raise Misconfigured("question", never_left=True)  # the file has one column for keys
        address = f"{source.address.rstrip('/')}/{query.item.code}"
        headers = {"X-Request-Id": query.request_id, **bearer(source)}
        rows = ((str(place), key.value) for place, key in enumerate(query.keys, 1))
        body = csv_file.written(("seq", "key"), rows)
        taken = guard.send(
            call,
            "POST",
            address,
            body=body,
            headers={"Content-Type": "text/csv; charset=utf-8", **headers},
            authority=settings.authority,
        )
        said = object_of(guard.expect(taken, ("application/json",), (202,)).body)
        ticket = said.get("ticket")
        if said.get("request_id") != query.request_id:
            raise Unreadable("request_id_differs")
        if not isinstance(ticket, str) or _TICKET.fullmatch(ticket) is None:
            raise Unreadable("ticket")
        answer = _awaited(call, f"{address}/{ticket}", headers, settings)
        request_id = answer.headers.get("x-request-id", "")
        return Reply(request_id, csv_file.read(answer.body, query), received_bytes=call.received, message_id=ticket)

    def probe(self, source: Source, call: Call) -> None:
        """Return when the address takes a TLS connection with a certificate of the authority; no request is sent."""
        settings = parse(source.kind, source.settings)
        assert isinstance(settings, BatchFileSettings)
        guard.reach(call, source.address, authority=settings.authority)


def _awaited(call: Call, address: str, headers: dict[str, str], settings: BatchFileSettings) -> guard.HttpReply:
    """The answer once the source has it; broken connections on the way are no reason to give up before the deadline."""
    wait_s = _FIRST_WAIT_S
    working = False
    try:
        while True:
            try:
                reply = guard.send(call, "GET", address, headers=headers, authority=settings.authority)
            except TimedOut as broken:
                if broken.detail != "connection_lost":
                    raise
            else:
                if reply.status != 202:
                    return guard.expect(reply, ("text/csv",))
                working = True
            call.wait(wait_s)
            wait_s = min(wait_s * 1.5, settings.poll_s)
    except TimedOut as late:
        failure: SourceError = TimedOut("still_working" if working and late.detail == "deadline" else late.detail)
    raise failure
