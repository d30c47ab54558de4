"""Kind -> its settings class: what a source's row must say; may be known by all above.

Each setting is a field with a text in both languages (`metadata`), so that a console form, the README and the checks of
`sources.yaml` are made from this file alone. Placeholders (`{simulated}`) are resolved before a `Source` is built.
"""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, Final
from urllib.parse import urlsplit

from connectors.errors import Misconfigured


def _setting(zh: str, en: str, default: Any = MISSING) -> Any:
    """A setting with its text; without a default it must be given."""
    return field(default=default, metadata={"zh": zh, "en": en})


_MAPPING = ("來源欄位名稱與本平臺欄位代碼的對照", "How the source's names and formats become our fields, per data item")


@dataclass(frozen=True, slots=True, kw_only=True)
class SoapSettings:
    """A SOAP web service whose WSDL lies on our disk; the WSDL's own address is ignored."""

    wsdl: str = _setting("固定版本的 WSDL 檔案路徑", "Path of the pinned WSDL file")
    authority: str = _setting(
        "簽發來源憑證的憑證機構檔案（https 位址必填）", "Authority of the certificate, for https", ""
    )
    mapping: Mapping[str, Any] = _setting(*_MAPPING, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    """A SOAP web service behind the e-government gateway: who asks and for which service stand in a header."""

    wsdl: str = _setting("固定版本的 WSDL 檔案路徑", "Path of the pinned WSDL file")
    requesting_agency: str = _setting("向閘道申報的查詢機關代碼", "Agency that asks, as the gateway knows it")
    service_code: str = _setting("閘道核定的服務代碼", "Service code that the gateway has assigned")
    authority: str = _setting(
        "簽發來源憑證的憑證機構檔案（https 位址必填）", "Authority of the certificate, for https", ""
    )
    mapping: Mapping[str, Any] = _setting(*_MAPPING, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpsSettings:
    """An HTTPS source that speaks JSON; its certificate must come from the pinned authority and no other."""

    authority: str = _setting("簽發來源憑證的憑證機構檔案", "Authority that issued the source's certificate (PEM)")
    mapping: Mapping[str, Any] = _setting(*_MAPPING, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SftpSettings:
    """Request and answer files over SFTP; the server must show exactly the pinned host key."""

    host_key: str = _setting("固定的主機公鑰檔案", "File with the server's pinned public key (OpenSSH format)")
    poll_s: float = _setting("查看回覆檔的間隔秒數", "Seconds between two looks for the answer, at most", 1.0)
    keep_answer: bool = _setting(
        "取回後是否保留對方主機上的回覆檔", "Whether the answer stays on the server after it was fetched", False
    )
    mapping: Mapping[str, Any] = _setting(*_MAPPING, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchFileSettings:
    """A file of numbers uploaded by HTTPS, then asked for by ticket until the answer file is there."""

    authority: str = _setting("簽發來源憑證的憑證機構檔案", "Authority that issued the source's certificate (PEM)")
    poll_s: float = _setting("查看回覆檔的間隔秒數", "Seconds between two looks for the answer, at most", 1.0)
    mapping: Mapping[str, Any] = _setting(*_MAPPING, default=None)


KindSettings = SoapSettings | GatewaySettings | HttpsSettings | SftpSettings | BatchFileSettings

SETTINGS: Final[Mapping[str, type[KindSettings]]] = {
    "soap_ws": SoapSettings,
    "soap_gateway": GatewaySettings,
    "https": HttpsSettings,
    "sftp": SftpSettings,
    "batch_file": BatchFileSettings,
}

SCHEMES: Final[Mapping[str, tuple[str, ...]]] = {
    "soap_ws": ("https", "http"),
    "soap_gateway": ("https", "http"),
    "https": ("https",),
    "sftp": ("sftp",),
    "batch_file": ("https",),
}

# Which keys the entry behind `credential_ref` must have; `|` separates alternatives.
CREDENTIALS: Final[Mapping[str, tuple[str, ...]]] = {
    "soap_ws": (),
    "soap_gateway": ("username", "password"),
    "https": ("password",),
    "sftp": ("username", "private_key|private_key_file"),
    "batch_file": ("password",),
}


def problems(kind: str, address: str, settings: Mapping[str, object]) -> list[tuple[str, str]]:
    """What is wrong with a source's row: pairs of (setting or `kind` or `address`, detail of `Misconfigured`), all at once."""
    known = SETTINGS.get(kind)
    if known is None:
        return [("kind", "kind_unknown")]
    found: list[tuple[str, str]] = []
    try:
        parts = urlsplit(address)
        usable = parts.scheme in SCHEMES[kind] and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable:
        found.append(("address", "address"))
    by_name = {each.name: each for each in fields(known)}
    found += [(name, "setting_unknown") for name in settings if name not in by_name]
    for name, each in by_name.items():
        if name not in settings:
            if each.default is MISSING:
                found.append((name, "setting_missing"))
        elif not _fits(each.type, settings[name]):
            found.append((name, "setting_value"))
    if kind.startswith("soap") and address.startswith("https:") and not settings.get("authority"):
        found.append(("authority", "setting_missing"))  # only plain http on loopback goes without
    return found


def parse(kind: str, settings: Mapping[str, object]) -> KindSettings:
    """The settings of a source as a value of its kind; `Misconfigured` names what is wrong first."""
    wrong = problems(kind, f"{SCHEMES.get(kind, ('https',))[-1]}://placeholder", settings)
    if wrong:
        raise Misconfigured(wrong[0][1], never_left=True)
    given: dict[str, Any] = dict(settings)
    return SETTINGS[kind](**given)


def _fits(annotation: object, value: object) -> bool:
    if annotation is str:
        return isinstance(value, str) and value != ""
    if annotation is bool:
        return isinstance(value, bool)
    if annotation is float:
        return isinstance(value, int | float) and not isinstance(value, bool) and value > 0
    return value is None or isinstance(value, Mapping)
