"""sources.yaml names a source for every data item, each with what its kind wants."""

import yaml

from connectors.kinds import CREDENTIALS, problems
from connectors.simulated import accounts
from connectors.simulated.items import FILES, items

SOURCES = yaml.safe_load((FILES / "sources.yaml").read_text("utf-8"))["sources"]


def test_every_data_item_has_one_source_of_its_owner_and_kind() -> None:
    named = [(code, each["owner"], each["kind"]) for each in SOURCES for code in each["items"]]
    assert sorted(named) == sorted((item.code, item.owner, item.kind) for item in items().values())
    assert {each["code"] for each in SOURCES} == {f"{each['owner']}.{each['kind']}" for each in SOURCES}


def test_every_source_has_the_settings_of_its_kind() -> None:
    for each in SOURCES:
        address = each["address"].format(soap=1, https=2, sftp=3)
        assert problems(each["kind"], address, each["settings"]) == [], each["code"]


def test_every_source_that_wants_credentials_names_them() -> None:
    for each in SOURCES:
        assert (each["credential_ref"] is not None) == bool(CREDENTIALS[each["kind"]]), each["code"]


def test_the_service_codes_are_those_that_the_gateway_knows() -> None:
    for each in SOURCES:
        if each["kind"] == "soap_gateway":
            assert each["settings"]["service_code"] == accounts.service_code(each["code"])


def test_only_owners_of_the_city_that_are_read_over_the_web_may_be_asked_again() -> None:
    again = {each["code"] for each in SOURCES if each["may_ask_again"]}
    assert again
    assert all(code.startswith("ntpc-") and code.endswith((".soap_ws", ".https")) for code in again)
