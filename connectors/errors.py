"""SourceError and its six kinds; each says whether asking again can help, and whether anything left this house.

    SourceError
    ├── Unreachable       provably nothing was sent: refused, no name, no connection in time
    ├── TimedOut          something was sent and no whole answer came: whether the source acted is not known
    ├── Refused           the source said no: a fault, bad credentials, too busy
    ├── Unreadable        what came is not an answer to what was asked, and was discarded whole
    ├── TooMuch           more came than is allowed, and was discarded whole
    └── Misconfigured     our side is wrong: settings, pinned certificate or host key, address not allowed

An error carries a kind and a detail from the list of its kind, and nothing else: never a text of the source, of a library
or of the system, because any of these may repeat the subject's key. Kinds are put into words by `govern/catalogue`.
"""

from collections.abc import Mapping
from typing import ClassVar, Final


class SourceError(Exception):
    """A source could not be asked or did not answer properly. `detail` is one of the kind's own short codes.

    `never_left` is true only when the request provably never reached the source; a caller that must not ask twice
    relies on it. A detail that the kind does not know becomes `unspecified`, so that no foreign text slips in.
    """

    code: ClassVar[str] = "source_error"
    details: ClassVar[frozenset[str]] = frozenset()
    repeatable: ClassVar[frozenset[str]] = frozenset()  # details after which asking again can help

    def __init__(self, detail: str = "unspecified", *, never_left: bool = False) -> None:
        known = detail if detail in self.details else "unspecified"
        super().__init__(known)
        self.detail = known
        self.never_left = never_left

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}"

    def bare(self) -> "SourceError":
        """The same error anew, without traceback, cause or context: none of these may leave the sandbox."""
        return type(self)(self.detail, never_left=self.never_left)

    @property
    def can_retry(self) -> bool:
        """Whether the same question may get an answer later; whether it *may* be asked again is the caller's rule."""
        return self.detail in self.repeatable


class Unreachable(SourceError):
    """No connection came about, so that nothing of the request has left; asking again is always safe."""

    code = "unreachable"
    details = frozenset(
        {
            "connection_refused",
            "name_unknown",
            "no_route",
            "no_connection_in_time",  # the deadline passed while connecting, shaking hands or logging in
            "connection_closed",  # closed by the other side before anything was sent
            "handshake",  # TLS or SSH broke off without naming a wrong certificate or key
        }
    )
    repeatable = details

    def __init__(self, detail: str = "unspecified", *, never_left: bool = True) -> None:
        super().__init__(detail, never_left=never_left)


class TimedOut(SourceError):
    """Something was sent, and no whole answer came before the deadline or before the connection was lost."""

    code = "timed_out"
    details = frozenset({"deadline", "connection_lost", "still_working"})
    repeatable = details


class Refused(SourceError):
    """The source answered, and the answer was no."""

    code = "refused"
    details = frozenset({"credentials", "fault", "server_error", "client_error", "busy", "not_permitted"})
    repeatable = frozenset({"busy"})


class Unreadable(SourceError):
    """What came is not a proper answer to what was asked: nothing of it is used."""

    code = "unreadable"
    details = frozenset(
        {
            "not_http",
            "header",  # endless or malformed header of a message
            "status",
            "redirect",
            "media_type",
            "encoding",
            "compression",
            "cut_short",
            "not_xml",
            "doctype",
            "schema",
            "not_json",
            "not_csv",
            "trailer",
            "row_count",
            "changed_while_read",
            "protocol",
            "request_id_differs",
            "other_key",
            "other_subject",
            "record_count",
            "shape",
            "field_misplaced",
            "field_type",
            "code_unknown",
            "data_without_finding",
            "header_differs",
            "ticket",
            "unexpected",
        }
    )


class TooMuch(SourceError):
    """More came than a call may bring in; reading stopped there."""

    code = "too_much"
    details = frozenset({"bytes", "decompressed_bytes", "rows", "memory"})


class Misconfigured(SourceError):
    """Something on our side or something pinned is wrong: people must look, asking again does not help."""

    code = "misconfigured"
    details = frozenset(
        {
            "kind_unknown",
            "address",
            "address_not_allowed",
            "address_not_known_there",
            "setting_missing",
            "setting_unknown",
            "setting_value",
            "mapping",
            "credentials_missing",
            "credentials_unusable",
            "credentials_rejected",
            "file_missing",
            "file_unusable",
            "certificate",
            "host_key",
            "algorithms",
            "operation_missing",
            "question",  # the query does not fit the kind or its WSDL
            "unexpected",
        }
    )


KINDS: Final[Mapping[str, type[SourceError]]] = {
    kind.code: kind for kind in (Unreachable, TimedOut, Refused, Unreadable, TooMuch, Misconfigured)
}
