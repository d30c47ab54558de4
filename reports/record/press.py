"""The press: a process of its own that turns HTML into PDF, and can reach no file, no address and no other program.

`render.py` starts this file as a program, with its limit of memory in bytes, and speaks to it over a pipe, a frame at a
time: four bytes of length (big endian), then JSON. It imports nothing of ours. Asked

    {"html", "css", "name", "description", "attachment" (base64), "created" (ISO), "identifier" (hex)}

(without "attachment": a part of a larger sheet; with "plain": no PDF/A of its own, to be laid over another page) it
answers with one byte, `P` and the PDF or `E` and a code in ASCII, again with its length before it. It ends when the pipe
closes, when its parent dies, when nothing was asked for two minutes, or when memory or processor time pass their
limits.
"""

import base64
import ctypes
import json
import logging
import os
import resource
import select
import signal
import struct
import sys
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Final, NoReturn

import weasyprint
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher

PROCESSOR_LIMIT_S: Final = 600  # over the whole life of a press; one sheet's deadline is held by the parent
IDLE_S: Final = 120.0
_PR_SET_PDEATHSIG: Final = 1
_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_FORBIDDEN: Final = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
    "os.system",
    "urllib.",
    "ftplib.",
)


class Refused(Exception):
    """What was asked for cannot be printed; carries a code and nothing of the content."""


class DenyAll(URLFetcher):  # type: ignore[misc]
    """Nothing is fetched, whatever the address: an image, a style sheet or an attachment by address stops the sheet."""

    def fetch(self, url: str, headers: object = None) -> NoReturn:
        """Refuse; the fatal kind of error, since WeasyPrint swallows the others and prints without the part."""
        raise FatalURLFetchingError("fetching is not allowed")


class Complaints(logging.Handler):
    """Collects what WeasyPrint only logs: a glyph that no font has, a rule of the style sheet that it cannot read."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.codes: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a code: the code point of a missing glyph, or that something else was wrong; never the message."""
        if ".notdef" in str(record.msg):
            point = record.args[1] if isinstance(record.args, tuple) and len(record.args) > 1 else 0
            self.codes.append(f"missing_glyph:U+{point:04X}")
        else:
            self.codes.append("complaint")


def main() -> None:
    """Print sheets until the pipe closes."""
    asked, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints to standard output must not tear the frames
    _confine(int(sys.argv[1]))
    complaints = Complaints()
    log = logging.getLogger("weasyprint")
    log.handlers[:] = [complaints]
    log.propagate = False
    fonts = FontConfiguration()
    while _is_asked(asked) and (frame := _next_frame(asked)) is not None:
        complaints.codes.clear()
        try:
            answer = b"P" + _print(json.loads(frame), fonts, complaints)
        except Refused as refused:
            answer = b"E" + str(refused).encode()
        except FatalURLFetchingError:
            answer = b"Efetch_refused"
        except MemoryError:
            answer = b"Etoo_large"
        except Exception:  # a foreign message could carry content: it ends here as a code
            answer = b"Efailed"
        answers.write(struct.pack(">I", len(answer)) + answer)
        answers.flush()


def _print(asked: dict[str, str], fonts: FontConfiguration, complaints: Complaints) -> bytes:
    """One sheet as PDF/A-3a with its data attached; anything WeasyPrint complained of refuses the whole."""
    fetcher = DenyAll()
    style = weasyprint.CSS(string=asked["css"], font_config=fonts, url_fetcher=fetcher)
    pdf: bytes = weasyprint.HTML(string=asked["html"], url_fetcher=fetcher).write_pdf(
        stylesheets=[style],
        attachments=[_attachment(asked, fetcher)] if "attachment" in asked else None,
        font_config=fonts,
        pdf_variant=None if "plain" in asked else "pdf/a-3a",
        pdf_identifier=bytes.fromhex(asked["identifier"]),
    )
    if complaints.codes:
        raise Refused(complaints.codes[0])
    return pdf


def _attachment(asked: dict[str, str], fetcher: URLFetcher) -> weasyprint.Attachment:
    """The record's data, as the file that the sheet carries."""
    created = datetime.fromisoformat(asked["created"])
    return weasyprint.Attachment(
        file_obj=BytesIO(base64.b64decode(asked["attachment"])),
        name=asked["name"],
        description=asked["description"],
        created=created,
        modified=created,
        relationship="Data",
        url_fetcher=fetcher,
    )


def _is_asked(pipe: BinaryIO) -> bool:
    """Wait for the next frame; false when none came for a while: an idle press gives its memory back."""
    return bool(select.select([pipe], [], [], IDLE_S)[0])


def _next_frame(pipe: BinaryIO) -> bytes | None:
    head = pipe.read(4)
    return pipe.read(struct.unpack(">I", head)[0]) if len(head) == 4 else None


def _confine(memory_bytes: int) -> None:
    """Die with the parent, within limits, and let Python code open nothing but libraries and fonts, for reading."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() == 1:  # the parent died before the line above
        sys.exit(0)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_LIMIT_S, PROCESSOR_LIMIT_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    roots = tuple(
        f"{Path(root).resolve()}/" for root in (sys.prefix, sys.base_prefix + "/lib", "/usr/share", "/etc/fonts")
    )

    def refuse(event: str, args: tuple[Any, ...]) -> None:
        if event.startswith(_FORBIDDEN):
            raise PermissionError(event)
        if event == "open" and isinstance(args[0], str):
            writing = isinstance(args[2], int) and args[2] & _WRITING
            if writing or not str(Path(args[0]).absolute()).startswith(roots):
                raise PermissionError(event)

    sys.addaudithook(refuse)


if __name__ == "__main__":
    main()
