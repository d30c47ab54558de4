"""The WSDL files are those of another client's understanding, typed by the catalogue."""

from pathlib import Path

import pytest
import zeep
from lxml import etree

from connectors.simulated import wsdl
from connectors.simulated.items import items, owners

XSD = "{http://www.w3.org/2001/XMLSchema}"


@pytest.mark.parametrize("owner", owners(*wsdl.SOAP_KINDS))
def test_there_is_an_operation_for_each_data_item_with_all_its_fields(owner: str) -> None:
    root = etree.fromstring(wsdl.document(owner))
    for item in (item for item in items().values() if item.owner == owner and item.kind in wsdl.SOAP_KINDS):
        response = root.find(f".//{XSD}element[@name='{item.code}Response']")
        assert response is not None
        declared = [element.get("name") for element in response.iter(f"{XSD}element")]
        assert {field.code for field in item.spec.fields} <= set(declared)
        for field in item.spec.fields:
            if field.values:
                codes = response.findall(f".//{XSD}element[@name='{field.code}']//{XSD}enumeration")
                assert [code.get("value") for code in codes] == list(field.values)


def test_a_document_says_that_its_agency_is_simulated() -> None:
    assert "虛構" in wsdl.document("tw-moi").decode()


def test_another_client_finds_the_operations(tmp_path: Path) -> None:
    wsdl.write(tmp_path)
    client = zeep.Client(str(tmp_path / "wsdl" / "tw-nhia.wsdl"))
    assert "nhi_arrears" in dir(client.service)
