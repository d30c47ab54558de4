"""Kind -> connector; only run() may know it, through `sandbox`."""

from collections.abc import Mapping
from typing import Final

from connectors.errors import Misconfigured
from connectors.exchange import Connector
from connectors.protocols.batch_file import BatchFileConnector
from connectors.protocols.gateway import GatewayConnector
from connectors.protocols.https import HttpsConnector
from connectors.protocols.sftp import SftpConnector
from connectors.protocols.soap import SoapConnector

CONNECTORS: Final[Mapping[str, Connector]] = {
    "soap_ws": SoapConnector(),
    "soap_gateway": GatewayConnector(),
    "https": HttpsConnector(),
    "sftp": SftpConnector(),
    "batch_file": BatchFileConnector(),
}


def connector(kind: str) -> Connector:
    """The connector of a kind; `Misconfigured` for an unknown one."""
    found = CONNECTORS.get(kind)
    if found is None:
        raise Misconfigured("kind_unknown", never_left=True)
    return found
