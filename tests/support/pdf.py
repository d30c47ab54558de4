"""PDFs for tests: poppler's programs, keys and a time stamp service, and ways to damage a signed file."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.generic import NameObject, NumberObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

from connectors.simulated import time_stamp
from govern.keys import signer
from reports.record.sign import RecordSigner, Stamp, stamp_over_http


def run(program: str, *arguments: str, pdf: bytes, folder: Path) -> str:
    """What one of poppler's programs says about a PDF; its exit code is its own matter."""
    path = folder / "tested.pdf"
    path.write_bytes(pdf)
    told = subprocess.run([program, *arguments, str(path)], capture_output=True, timeout=60, check=False)
    return told.stdout.decode()


def text_of(pdf: bytes, folder: Path) -> str:
    """The text of a PDF in reading order, without white space."""
    path = folder / "read.pdf"
    path.write_bytes(pdf)
    told = subprocess.run(["pdftotext", "-raw", str(path), "-"], capture_output=True, timeout=60, check=True)
    return "".join(told.stdout.decode().split())


def attachment_of(pdf: bytes, folder: Path) -> bytes:
    """The one file attached to a PDF, as poppler takes it out."""
    path, out = folder / "attached.pdf", folder / "taken"
    path.write_bytes(pdf)
    subprocess.run(["pdfdetach", "-save", "1", "-o", str(out), str(path)], timeout=60, check=True, capture_output=True)
    return out.read_bytes()


@contextmanager
def time_stamp_service(folder: Path) -> Iterator[str]:
    """A running time stamp service; yields its address."""
    time_stamp.prepare(folder)
    with time_stamp.server(folder, 0) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


@dataclass(frozen=True)
class SigningDesk:
    """All that signing needs, and all that checking trusts."""

    signer: RecordSigner
    stamp: Stamp
    folder: Path

    def sign(self, pdf: bytes) -> bytes:
        """The PDF, signed and stamped."""
        return self.signer.sign(pdf, self.stamp)

    def status(self, pdf: bytes) -> PdfSignatureStatus:
        """What pyHanko says of the file's first signature, trusting our two authorities alone."""
        roots = [
            load_cert_from_pemder(str(self.folder / name)) for name in (signer.RECORD_AUTHORITY, time_stamp.AUTHORITY)
        ]
        context = ValidationContext(trust_roots=roots)
        stamps = ValidationContext(trust_roots=roots)
        embedded = PdfFileReader(BytesIO(pdf)).embedded_signatures[0]
        return validate_pdf_signature(embedded, context, ts_validation_context=stamps)


@contextmanager
def signing_desk(folder: Path) -> Iterator[SigningDesk]:
    """Fresh keys and a running time stamp service in a folder."""
    signer.make_record_keys(folder)
    with time_stamp_service(folder) as address:
        yield SigningDesk(RecordSigner(signer.record_key(folder)), stamp_over_http(address), folder)


def with_page_turned(pdf: bytes) -> bytes:
    """The file with an incremental update that turns its first page: the signature's own bytes stay as they are."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    page[NameObject("/Rotate")] = NumberObject(90)
    writer.mark_update(page.container_ref)
    return _written(writer)


def _written(writer: IncrementalPdfFileWriter) -> bytes:
    out = BytesIO()
    writer.write(out)
    return out.getvalue()
