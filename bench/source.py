"""Asking a source: a SOAP call beside a pooled HTTP POST of the same envelope, parsed by lxml.

Both ask the same simulated agency over loopback, so that the agency's own time is in both. That agency speaks plain HTTP,
so that neither side pays for TLS. What the call does more: it makes the envelope, keeps deadline, size and addresses,
holds the reply against its schema and its question, and names its fields.
"""

import uuid
from collections.abc import Callable
from typing import Final

import requests
from lxml import etree
from sqlalchemy import select

from bench.house import Measured
from bench.row import Row, in_turn, row
from connectors import addresses, sandbox
from connectors.exchange import Key, Query, Reply
from connectors.exchange import Source as Reached
from connectors.simulated import registers
from govern.catalogue.data_item import DataItem
from govern.catalogue.reach import item_spec, reached
from govern.catalogue.source import Source, SourceItem
from govern.core import clock
from govern.core.database import reading
from govern.core.settings import Settings

SOAP_ITEM: Final = "welfare_benefits"  # of an agency that is asked without a gateway
_ENVELOPE: Final = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<soap-env:Envelope xmlns:soap-env="http://schemas.xmlsoap.org/soap/envelope/"><soap-env:Body>'
    '<ns0:{item}Request xmlns:ns0="urn:govern:agency:{owner}"><ns0:requestId>{request}</ns0:requestId>'
    "<ns0:keyKind>{kind}</ns0:keyKind><ns0:key>{key}</ns0:key></ns0:{item}Request>"
    "</soap-env:Body></soap-env:Envelope>"
)


def rows(house: Measured, rounds: int = 15, calls: int = 40) -> list[Row]:
    """A SOAP call beside the bare libraries."""
    key = registers.example_keys(SOAP_ITEM)[0]
    source = _source(house.settings, SOAP_ITEM)
    taken = in_turn(rounds, times=calls, call=question(house.settings, SOAP_ITEM, key), bare=_bare(source, key))
    return [
        row(
            "SOAP call",
            taken["call"],
            taken["bare"],
            against="requests' pooled POST over HTTP and lxml's parser",
            target="<= 1.2",
        )
    ]


def question(settings: Settings, item: str, key: tuple[str, str]) -> Callable[[], Reply]:
    """Asks a data item's source directly, as `govern.lookups.run` does, each time with a request id of its own."""
    source = _source(settings, item)
    with reading() as session:
        data_item = session.get_one(DataItem, item)
        spec, fields = item_spec(data_item), tuple(field.code for field in data_item.fields)
    limits = sandbox.Limits(allowed=addresses.parse(settings.source_addresses))
    return lambda: sandbox.ask(source, Query(str(uuid.uuid4()), spec, (Key(*key),), fields, narrowing={}), limits)


def _source(settings: Settings, item: str) -> Reached:
    with reading() as session:
        code = session.scalars(
            select(SourceItem.source).where(SourceItem.item == item, SourceItem.to_at.is_(None))
        ).one()
        return reached(session, session.get_one(Source, code), settings, clock.now())


def _bare(source: Reached, key: tuple[str, str]) -> Callable[[], object]:
    pool = requests.Session()
    pool.trust_env = False
    headers = {
        "Content-Type": "text/xml; charset=utf-8",
        "SOAPAction": f'"urn:govern:agency:{source.owner}/{SOAP_ITEM}"',
    }

    def ask() -> object:
        said = {"item": SOAP_ITEM, "owner": source.owner, "request": uuid.uuid4(), "kind": key[0], "key": key[1]}
        answer = pool.post(source.address, data=_ENVELOPE.format(**said).encode(), headers=headers, timeout=10)
        if answer.status_code != 200:
            raise RuntimeError(answer.status_code)
        return etree.fromstring(answer.content)

    return ask
