"""Static files in text go out compressed; pages never do.

A page holds its form's token beside what somebody typed: compressed behind TLS, its length would tell of the token (BREACH).
A static file holds neither and is the same for everybody. Each is compressed once a process and kept in memory; fonts are
compressed by their own format.
"""

import gzip
from functools import lru_cache
from pathlib import Path
from typing import Final

from flask import Flask, Response, request

PACKED: Final = frozenset({".css", ".js", ".svg"})


def install(app: Flask) -> None:
    """Static files of these kinds are sent compressed to whoever takes that."""
    folder = Path(app.static_folder or "")
    app.after_request(lambda response: _pack(response, folder))


def _pack(response: Response, folder: Path) -> Response:
    if request.endpoint != "static" or response.status_code not in (200, 304):
        return response
    path = folder / str((request.view_args or {}).get("filename", ""))
    if path.suffix not in PACKED:
        return response
    response.vary.add("Accept-Encoding")
    if response.status_code == 304 or "Range" in request.headers or not request.accept_encodings.quality("gzip"):
        return response
    response.direct_passthrough = False
    response.set_data(packed(str(path), path.stat().st_mtime_ns))
    response.headers["Content-Encoding"] = "gzip"
    response.headers.pop("Accept-Ranges", None)
    etag, _ = response.get_etag()
    if etag:
        response.set_etag(etag, weak=True)  # the same file, in other bytes
    return response


@lru_cache(maxsize=64)
def packed(path: str, changed_ns: int) -> bytes:
    """A file's content compressed; the same for as long as the file is unchanged."""
    return gzip.compress(Path(path).read_bytes(), 9, mtime=0)
