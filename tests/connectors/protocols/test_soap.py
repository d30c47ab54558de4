"""SOAP sources: the contract, and what is SOAP's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from connectors import sandbox
from tests.connectors.contract import Contract, refusal, value_of
from tests.connectors.http_rig import OF_HTTP, HttpRig, http_rig
from tests.support.household import NAMESPACE, OWNER, REQUEST, SUBJECT, Answer, as_soap, question, wsdl


def _said(body: bytes, status: int = 200) -> tuple[int, str, bytes]:
    return status, "text/xml; charset=utf-8", body


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[HttpRig]:
    """A SOAP source on plain http, as loopback allows."""
    (tmp_path / "owner.wsdl").write_text(wsdl(), "utf-8")
    with http_rig(
        "soap_ws",
        tmp_path,
        f"/ws/{OWNER}",
        {"wsdl": str(tmp_path / "owner.wsdl")},
        {},
        lambda rig: lambda exchange: _said(as_soap(rig.answer)),
        tls=False,
    ) as running:
        yield running


class TestSoap(Contract):
    """The contract."""

    offers = OF_HTTP | {"other_request"}


def test_the_question_goes_as_the_wsdl_says(rig: HttpRig) -> None:
    sandbox.ask(rig.source, question(narrowing={"birth_year": "75", "district": "板橋區"}))
    seen = rig.server.seen[0]
    assert (seen.path, seen.headers["soapaction"]) == (f"/ws/{OWNER}", '"urn:household"')
    body = etree.fromstring(seen.body).find("{*}Body")
    assert body is not None
    asked = body[0]
    assert asked.tag == f"{{{NAMESPACE}}}householdRequest"
    assert [(etree.QName(each).localname, each.text) for each in asked.iter() if each.text] == [
        ("requestId", REQUEST),
        ("keyKind", "national_id"),
        ("key", SUBJECT),
        ("name", "birth_year"),
        ("value", "75"),
        ("name", "district"),
        ("value", "板橋區"),
    ]


def test_over_tls_the_authority_is_pinned(tmp_path: Path) -> None:
    (tmp_path / "owner.wsdl").write_text(wsdl(), "utf-8")
    settings = {"wsdl": str(tmp_path / "owner.wsdl")}
    with http_rig(
        "soap_ws", tmp_path, "/ws", settings, {}, lambda rig: lambda exchange: _said(as_soap(rig.answer))
    ) as running:
        assert sandbox.ask(running.source, question()).records[0].found
        error = refusal(running.distrusted(), question())
        assert (error.detail, error.never_left) == ("certificate", True)


def test_a_wsdl_without_narrowing_is_asked_without_and_never_with(rig: HttpRig) -> None:
    path = Path(str(rig.source.settings["wsdl"]))
    plain = wsdl().replace('<xs:element name="narrowing"', '<xs:element name="remark"')
    path.write_text(plain, "utf-8")
    assert sandbox.ask(rig.source, question()).records[0].found
    error = refusal(rig.source, question(narrowing={"birth_year": "75"}))
    assert (error.code, error.detail, error.never_left) == ("misconfigured", "question", True)


def test_an_operation_that_the_wsdl_lacks_is_not_asked(rig: HttpRig) -> None:
    Path(str(rig.source.settings["wsdl"])).write_text(
        wsdl().replace('operation name="household"', 'operation name="x"'), "utf-8"
    )
    error = refusal(rig.source, question())
    assert (error.code, error.detail, error.never_left) == ("misconfigured", "operation_missing", True)


def test_an_element_that_the_schema_demands_and_the_reply_lacks_is_refused(rig: HttpRig) -> None:
    rig.override = lambda exchange: _said(as_soap(Answer()).replace(b"<a:found>true</a:found>", b""))
    assert refusal(rig.source, question()).detail == "schema"


def test_a_nil_or_empty_element_says_nothing(rig: HttpRig) -> None:
    rig.override = lambda exchange: _said(
        as_soap(Answer()).replace(b"<a:household_no>F7766001</a:household_no>", b"<a:household_no/>")
    )
    header = sandbox.ask(rig.source, question()).records[0].header
    assert "household_no" not in header
    assert len(value_of(sandbox.ask(rig.source, question()))) == 1
