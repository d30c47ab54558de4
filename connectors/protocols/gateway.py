"""SOAP through the e-government gateway: its credentials and envelope.

The gateway wants two headers above the same body: a WS-Security UsernameToken with a digest (UsernameToken Profile 1.1:
Base64(SHA-1(nonce + created + password)), so that the password does not travel), and its own header that names the agency
that asks, the service code it was given, and our request id, by which the gateway's log and our trail can be laid side by side.
"""

from typing import Any, Final

from lxml import etree
from zeep.wsse.username import UsernameToken

from connectors.call import Call
from connectors.errors import Misconfigured
from connectors.exchange import Query, Reply, Source
from connectors.kinds import GatewaySettings, parse
from connectors.protocols.soap import SoapConnector, exchange

NAMESPACE: Final = "urn:govern:gateway"


class GatewayConnector(SoapConnector):
    """SOAP as `soap_ws` speaks it, with the gateway's headers."""

    def ask(self, source: Source, query: Query, call: Call) -> Reply:
        """What the source behind the gateway answers; wrong credentials are `Refused`."""
        settings = parse(source.kind, source.settings)
        assert isinstance(settings, GatewaySettings)
        username, password = source.credentials.get("username"), source.credentials.get("password")
        if not username or not password:
            raise Misconfigured("credentials_missing", never_left=True)

        def dress(envelope: Any) -> None:
            # A token for each envelope: its nonce is used once.
            token: Any = UsernameToken(username, password, use_digest=True, zulu_timestamp=True)  # type: ignore[no-untyped-call]
            token.apply(envelope, {})
            envelope[0].append(_gateway_header(settings, query.request_id))

        return exchange(source, query, call, settings, dress)


def _gateway_header(settings: GatewaySettings, request_id: str) -> Any:
    header = etree.Element(f"{{{NAMESPACE}}}gatewayHeader", nsmap={"gw": NAMESPACE})
    for name, value in (
        ("requestingAgency", settings.requesting_agency),
        ("serviceCode", settings.service_code),
        ("requestId", request_id),
    ):
        etree.SubElement(header, f"{{{NAMESPACE}}}{name}").text = value
    return header
