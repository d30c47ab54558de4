"""A pinned WSDL is loaded once, trusted as a file of ours, and reaches for nothing."""

from pathlib import Path

import pytest

from connectors.errors import Misconfigured
from connectors.protocols.wsdl import service
from tests.support.household import wsdl


def test_a_wsdl_is_loaded_once_and_anew_when_its_file_changes(tmp_path: Path) -> None:
    path = str(tmp_path / "owner.wsdl")
    Path(path).write_text(wsdl(), "utf-8")
    first = service(path)
    assert service(path) is first
    Path(path).write_text(wsdl() + "<!-- newer -->\n", "utf-8")
    assert service(path) is not first


@pytest.mark.parametrize(
    "broken",
    [
        "<!DOCTYPE a [<!ENTITY b 'c'>]>",
        "not xml at all",
        "<wsdl:definitions xmlns:wsdl='http://schemas.xmlsoap.org/wsdl/'/>",
    ],
    ids=["doctype", "garbage", "no_service"],
)
def test_a_wsdl_that_cannot_be_trusted_is_our_own_fault(tmp_path: Path, broken: str) -> None:
    path = tmp_path / "owner.wsdl"
    path.write_text(broken + wsdl().partition("?>")[2] if broken.startswith("<!") else broken, "utf-8")
    with pytest.raises(Misconfigured) as caught:
        service(str(path))
    assert (caught.value.detail, caught.value.never_left) == ("file_unusable", True)


def test_a_wsdl_may_not_reach_for_another_file_or_host(tmp_path: Path) -> None:
    (tmp_path / "outside.xsd").write_text("<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'/>", "utf-8")
    folder = tmp_path / "wsdl"
    folder.mkdir()
    for place in ("../outside.xsd", "http://127.0.0.1:9/outside.xsd"):
        reaching = wsdl().replace(
            'elementFormDefault="qualified">',
            f'elementFormDefault="qualified"><xs:import namespace="urn:other" schemaLocation="{place}"/>',
        )
        (folder / "owner.wsdl").write_text(reaching, "utf-8")
        with pytest.raises(Misconfigured):
            service(str(folder / "owner.wsdl"))
