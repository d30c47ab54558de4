"""Exceptions of other libraries and the SourceError each becomes: a table, class by class.

Every exception class of requests, zeep, lxml, ssl, socket, http.client and paramiko stands in `MEANINGS` or in
`LET_THROUGH`; a test fails when a library grows a new one. Which meaning holds where nothing has left yet and which after
that are two columns, because the same reset connection means "not asked" before and "not known" after. Classes are named, not
imported, so that who needs `guard` alone does not load every library.
"""

from collections.abc import Mapping
from typing import Final

from connectors.errors import Misconfigured, Refused, SourceError, TimedOut, TooMuch, Unreachable, Unreadable

Meaning = tuple[type[SourceError], str]

_LOST: Final = ((Unreachable, "connection_closed"), (TimedOut, "connection_lost"))
_LATE: Final = ((Unreachable, "no_connection_in_time"), (TimedOut, "deadline"))
_HANDSHAKE: Final = ((Unreachable, "handshake"), (TimedOut, "connection_lost"))


def _both(kind: type[SourceError], detail: str) -> tuple[Meaning, Meaning]:
    return (kind, detail), (kind, detail)


# exception class -> (meaning while nothing has left, meaning afterwards); the nearest class in its line of descent counts
MEANINGS: Final[Mapping[str, tuple[Meaning, Meaning]]] = {
    # the system's own
    "builtins.TimeoutError": _LATE,
    "builtins.ConnectionRefusedError": ((Unreachable, "connection_refused"), (TimedOut, "connection_lost")),
    "builtins.ConnectionError": _LOST,
    "socket.gaierror": ((Unreachable, "name_unknown"), (TimedOut, "connection_lost")),
    "socket.herror": ((Unreachable, "name_unknown"), (TimedOut, "connection_lost")),
    "builtins.OSError": ((Unreachable, "no_route"), (TimedOut, "connection_lost")),
    "builtins.EOFError": _LOST,
    "builtins.MemoryError": _both(TooMuch, "memory"),
    "builtins.RecursionError": _both(TooMuch, "memory"),
    "builtins.UnicodeError": _both(Unreadable, "encoding"),
    "zlib.error": _both(Unreadable, "compression"),
    # ssl
    "ssl.SSLError": _HANDSHAKE,
    "ssl.SSLCertVerificationError": ((Misconfigured, "certificate"), (TimedOut, "connection_lost")),
    "ssl.SSLZeroReturnError": _LOST,
    "ssl.SSLEOFError": _HANDSHAKE,
    "ssl.SSLSyscallError": _LOST,
    "ssl.SSLWantReadError": _LATE,
    "ssl.SSLWantWriteError": _LATE,
    # http.client
    "http.client.HTTPException": _both(Unreadable, "header"),
    "http.client.BadStatusLine": _both(Unreadable, "not_http"),
    "http.client.RemoteDisconnected": _LOST,
    "http.client.IncompleteRead": _both(Unreadable, "cut_short"),
    "http.client.LineTooLong": _both(Unreadable, "header"),
    "http.client.UnknownTransferEncoding": _both(Unreadable, "not_http"),
    "http.client.UnknownProtocol": _both(Unreadable, "not_http"),
    "http.client.UnimplementedFileMode": _both(Misconfigured, "unexpected"),
    "http.client.InvalidURL": _both(Misconfigured, "address"),
    "http.client.NotConnected": _both(Misconfigured, "unexpected"),
    "http.client.ImproperConnectionState": _both(Misconfigured, "unexpected"),
    "http.client.CannotSendRequest": _both(Misconfigured, "unexpected"),
    "http.client.CannotSendHeader": _both(Misconfigured, "unexpected"),
    "http.client.ResponseNotReady": _both(Misconfigured, "unexpected"),
    # lxml
    "lxml.etree.LxmlError": _both(Unreadable, "not_xml"),
    "lxml.etree.LxmlSyntaxError": _both(Unreadable, "not_xml"),
    "lxml.etree.ParseError": _both(Unreadable, "not_xml"),
    "lxml.etree.XMLSyntaxError": _both(Unreadable, "not_xml"),
    "lxml.etree.ParserError": _both(Unreadable, "not_xml"),
    "lxml.etree.DocumentInvalid": _both(Unreadable, "schema"),
    "lxml.etree.DTDError": _both(Unreadable, "doctype"),
    "lxml.etree.DTDParseError": _both(Unreadable, "doctype"),
    "lxml.etree.DTDValidateError": _both(Unreadable, "doctype"),
    "lxml.etree.XMLSchemaError": _both(Misconfigured, "file_unusable"),
    "lxml.etree.XMLSchemaParseError": _both(Misconfigured, "file_unusable"),
    "lxml.etree.XMLSchemaValidateError": _both(Unreadable, "schema"),
    "lxml.etree.NamespaceRegistryError": _both(Misconfigured, "unexpected"),
    # zeep: it reads our WSDL and writes requests; it never sees a reply
    "zeep.exceptions.Error": _both(Misconfigured, "file_unusable"),
    "zeep.exceptions.XMLSyntaxError": _both(Misconfigured, "file_unusable"),
    "zeep.exceptions.XMLParseError": _both(Misconfigured, "file_unusable"),
    "zeep.exceptions.UnexpectedElementError": _both(Misconfigured, "file_unusable"),
    "zeep.exceptions.WsdlSyntaxError": _both(Misconfigured, "file_unusable"),
    "zeep.exceptions.TransportError": _both(Misconfigured, "file_unusable"),
    "zeep.exceptions.LookupError": _both(Misconfigured, "operation_missing"),
    "zeep.exceptions.NamespaceError": _both(Misconfigured, "file_unusable"),
    "zeep.exceptions.Fault": _both(Refused, "fault"),
    "zeep.exceptions.ValidationError": _both(Misconfigured, "question"),
    "zeep.exceptions.SignatureVerificationFailed": _both(Unreadable, "protocol"),
    "zeep.exceptions.IncompleteMessage": _both(Misconfigured, "question"),
    "zeep.exceptions.IncompleteOperation": _both(Misconfigured, "operation_missing"),
    "zeep.exceptions.DTDForbidden": _both(Misconfigured, "file_unusable"),
    "zeep.exceptions.EntitiesForbidden": _both(Misconfigured, "file_unusable"),
    "zeep.exceptions.ExternalReferenceForbidden": _both(Misconfigured, "file_unusable"),
    # paramiko
    "paramiko.ssh_exception.SSHException": _HANDSHAKE,
    "paramiko.ssh_exception.AuthenticationException": _both(Misconfigured, "credentials_rejected"),
    "paramiko.ssh_exception.PasswordRequiredException": _both(Misconfigured, "credentials_unusable"),
    "paramiko.ssh_exception.BadAuthenticationType": _both(Misconfigured, "credentials_rejected"),
    "paramiko.ssh_exception.PartialAuthentication": _both(Misconfigured, "credentials_rejected"),
    "paramiko.ssh_exception.UnableToAuthenticate": _both(Misconfigured, "credentials_rejected"),
    "paramiko.auth_strategy.AuthFailure": _both(Misconfigured, "credentials_rejected"),
    "paramiko.ssh_exception.ChannelException": _HANDSHAKE,
    "paramiko.ssh_exception.BadHostKeyException": _both(Misconfigured, "host_key"),
    "paramiko.ssh_exception.IncompatiblePeer": _both(Misconfigured, "algorithms"),
    "paramiko.ssh_exception.MessageOrderError": _HANDSHAKE,
    "paramiko.ssh_exception.ProxyCommandFailure": _both(Misconfigured, "unexpected"),
    "paramiko.ssh_exception.NoValidConnectionsError": (
        (Unreachable, "connection_refused"),
        (TimedOut, "connection_lost"),
    ),
    "paramiko.ssh_exception.CouldNotCanonicalize": _both(Misconfigured, "unexpected"),
    "paramiko.ssh_exception.ConfigParseError": _both(Misconfigured, "unexpected"),
    "paramiko.ber.BERException": _both(Misconfigured, "credentials_unusable"),
    "paramiko.buffered_pipe.PipeTimeout": _LATE,
    "paramiko.hostkeys.InvalidHostKey": _both(Misconfigured, "host_key"),
    "paramiko.pkey.UnknownKeyType": _both(Misconfigured, "credentials_unusable"),
    "paramiko.sftp.SFTPError": _both(Unreadable, "protocol"),
    "zeep.xsd.types.builtins.ParseError": _both(Misconfigured, "question"),
    # requests: zeep's own transport speaks it, which ours replaces; mapped all the same, should a path lead there
    "requests.exceptions.RequestException": _LOST,
    "requests.exceptions.HTTPError": _both(Refused, "server_error"),
    "requests.exceptions.ConnectionError": _LOST,
    "requests.exceptions.ProxyError": _LOST,
    "requests.exceptions.SSLError": ((Misconfigured, "certificate"), (TimedOut, "connection_lost")),
    "requests.exceptions.Timeout": _LATE,
    "requests.exceptions.ConnectTimeout": _LATE,
    "requests.exceptions.ReadTimeout": _LATE,
    "requests.exceptions.URLRequired": _both(Misconfigured, "address"),
    "requests.exceptions.TooManyRedirects": _both(Unreadable, "redirect"),
    "requests.exceptions.MissingSchema": _both(Misconfigured, "address"),
    "requests.exceptions.InvalidSchema": _both(Misconfigured, "address"),
    "requests.exceptions.InvalidURL": _both(Misconfigured, "address"),
    "requests.exceptions.InvalidProxyURL": _both(Misconfigured, "address"),
    "requests.exceptions.InvalidHeader": _both(Misconfigured, "question"),
    "requests.exceptions.InvalidJSONError": _both(Unreadable, "not_json"),
    "requests.exceptions.JSONDecodeError": _both(Unreadable, "not_json"),
    "requests.exceptions.ChunkedEncodingError": _both(Unreadable, "cut_short"),
    "requests.exceptions.ContentDecodingError": _both(Unreadable, "compression"),
    "requests.exceptions.StreamConsumedError": _both(Misconfigured, "unexpected"),
    "requests.exceptions.RetryError": _LOST,
    "requests.exceptions.UnrewindableBodyError": _both(Misconfigured, "unexpected"),
}

# Classes that need no meaning of their own: warnings, inner signals of a library, and what only unused parts raise. Should
# one come all the same, its nearest ancestor in the table speaks for it, or it is `unexpected`.
LET_THROUGH: Final[Mapping[str, str]] = {
    "requests.exceptions.RequestsWarning": "a warning, never raised",
    "requests.exceptions.FileModeWarning": "a warning, never raised",
    "requests.exceptions.RequestsDependencyWarning": "a warning, never raised",
    "requests.cookies.CookieConflictError": "no cookie is kept",
    "zeep.exceptions.ZeepWarning": "a warning, never raised",
    "socket._GiveupOnSendfile": "inner signal of socket.sendfile",
    "paramiko.packet.NeedRekeyException": "inner signal of its packets",
    "lxml.etree._TargetParserResult": "inner signal of a parser's target",
    "lxml.etree.Error": "a name above all of lxml's; never raised itself",
    **{
        f"lxml.etree.{name}": "of a part of lxml that is not used here"
        for name in (
            "C14NError",
            "LxmlRegistryError",
            "RelaxNGError",
            "RelaxNGParseError",
            "RelaxNGValidateError",
            "SchematronError",
            "SchematronParseError",
            "SchematronValidateError",
            "SerialisationError",
            "XIncludeError",
            "XMLSyntaxAssertionError",
            "XPathError",
            "XPathEvalError",
            "XPathFunctionError",
            "XPathResultError",
            "XPathSyntaxError",
            "XSLTApplyError",
            "XSLTError",
            "XSLTExtensionError",
            "XSLTParseError",
            "XSLTSaveError",
        )
    },
}


def translated(wrong: BaseException, *, left: bool) -> SourceError:
    """The `SourceError` that a foreign exception stands for; nothing of its text is taken over.

    `left` says whether anything of the request may have left this house. What is in no table is `unexpected`.
    """
    for ancestor in type(wrong).__mro__:
        meanings = MEANINGS.get(f"{ancestor.__module__}.{ancestor.__qualname__}")
        if meanings is not None:
            kind, detail = meanings[1 if left else 0]
            return kind(detail, never_left=not left)
    kind = Unreadable if left else Misconfigured
    return kind("unexpected", never_left=not left)
