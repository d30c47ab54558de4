"""The shelf of doctored records (SECURITY.md, D1): each makes a good one into something that nobody must believe.

`Bench` holds what an attacker may have: a good file, another good file, the same content before it was signed, keys and time
stamps of another house, and, for an insider, those of this one. What is signed anew here is signed as records are.
"""

import asyncio
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

from asn1crypto import cms
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.embed import EmbeddedFileObject, FileSpec, embed_file
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter, append_signature_field
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner

from govern.keys import signer as record_keys
from reports.record.sign import _KeyInHand, _Stamper
from tests.support.pdf import SigningDesk, with_page_turned

Change = Callable[[IncrementalPdfFileWriter], None]


@dataclass(frozen=True)
class Bench:
    """A good record and what lies around it."""

    good: bytes
    other: bytes  # another good record of this house
    unsigned: bytes
    desk: SigningDesk
    another_house: SigningDesk


Variant = Callable[[Bench], bytes]


def updated(pdf: bytes, change: Change) -> bytes:
    """The file with an incremental update: what was there stays, byte for byte."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    change(writer)
    out = BytesIO()
    writer.write(out)
    assert out.getvalue().startswith(pdf)
    return out.getvalue()


class _Careless(PdfSigner):
    """A signer that does not care whether the file was certified against every change."""

    def _enforce_certification_constraints(self, reader: PdfFileReader) -> None:
        return


def signed_as(
    pdf: bytes, desk: SigningDesk, *, field: str = "Record", certify: bool = True, level: MDPPerm = MDPPerm.NO_CHANGES,
    stamp: bool = True,
) -> bytes:  # fmt: skip
    """A PDF signed with a desk's key, as records are or otherwise."""
    metadata = PdfSignatureMetadata(
        field_name=field,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=certify,
        docmdp_permissions=level if certify else MDPPerm.FILL_FORMS,
    )
    key = _KeyInHand(record_keys.record_key(desk.folder))
    stamper = _Stamper(desk.stamp) if stamp else None
    signing = _Careless(metadata, key, timestamper=stamper, new_field_spec=SigFieldSpec(field))
    return asyncio.run(signing.async_sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), bytes_reserved=32_768)).getvalue()


# What an update can do.


def _page(writer: IncrementalPdfFileWriter) -> Any:
    return writer.root["/Pages"]["/Kids"][0].get_object()


def _set_on_page(writer: IncrementalPdfFileWriter, name: str, value: Any) -> None:
    page = _page(writer)
    page[pdf_name(name)] = value
    writer.mark_update(page.container_ref)


def _set_on_root(writer: IncrementalPdfFileWriter, name: str, value: Any) -> None:
    writer.root[pdf_name(name)] = value
    writer.update_root()


def _dictionary(**entries: Any) -> generic.DictionaryObject:
    return generic.DictionaryObject({pdf_name(f"/{name}"): value for name, value in entries.items()})


def _note(writer: IncrementalPdfFileWriter, kind: str, **more: Any) -> None:
    where = generic.ArrayObject(map(generic.NumberObject, (50, 50, 300, 300)))
    note = _dictionary(Type=pdf_name("/Annot"), Subtype=pdf_name(kind), Rect=where, Contents=pdf_string("適當"), **more)
    held = _page(writer).get("/Annots", generic.ArrayObject())
    _set_on_page(writer, "/Annots", generic.ArrayObject([*held, writer.add_object(note)]))


def _action(kind: str, **more: Any) -> generic.DictionaryObject:
    return _dictionary(S=pdf_name(f"/{kind}"), **more)


def _script() -> generic.DictionaryObject:
    return _action("JavaScript", JS=pdf_string("app.alert(1)"))


def _show_other_content(writer: IncrementalPdfFileWriter) -> None:
    _set_on_page(writer, "/Contents", writer.add_object(generic.StreamObject(stream_data=b"BT ET")))


def _swap_fonts(writer: IncrementalPdfFileWriter) -> None:
    fonts = _page(writer)["/Resources"]["/Font"]
    font = fonts[next(iter(fonts))]
    font[pdf_name("/BaseFont")] = pdf_name("/Courier")
    font.pop("/ToUnicode", None)
    writer.mark_update(font.container_ref)


def _attach(writer: IncrementalPdfFileWriter, name: str = "more.json") -> None:
    embedded = EmbeddedFileObject.from_file_data(writer, data=b'{"verdict":"proper"}', mime_type="application/json")
    embed_file(writer, FileSpec(name, embedded_data=embedded))


def _replace_data(writer: IncrementalPdfFileWriter) -> None:
    spec = writer.root["/Names"]["/EmbeddedFiles"]["/Names"][1]
    embedded = writer.add_object(generic.StreamObject(stream_data=b"{}"))
    spec[pdf_name("/EF")] = _dictionary(F=embedded, UF=embedded)
    writer.mark_update(spec.container_ref)


def _fill_in_a_form(writer: IncrementalPdfFileWriter) -> None:
    field = _dictionary(FT=pdf_name("/Tx"), T=pdf_string("verdict"), V=pdf_string("適當"))
    form = writer.root["/AcroForm"] if "/AcroForm" in writer.root else _dictionary(Fields=generic.ArrayObject())
    form[pdf_name("/Fields")] = generic.ArrayObject([*form["/Fields"], writer.add_object(field)])
    form[pdf_name("/NeedAppearances")] = generic.BooleanObject(True)
    _set_on_root(writer, "/AcroForm", form)


def _add_a_page(writer: IncrementalPdfFileWriter) -> None:
    pages = writer.root["/Pages"]
    pages[pdf_name("/Kids")] = generic.ArrayObject([*pages["/Kids"], pages["/Kids"].raw_get(0)])
    pages[pdf_name("/Count")] = generic.NumberObject(int(pages["/Count"]) + 1)
    writer.mark_update(pages.container_ref)


def _drop(name: str) -> Change:
    def drop(writer: IncrementalPdfFileWriter) -> None:
        del writer.root[name]
        writer.update_root()

    return drop


def _another_field(writer: IncrementalPdfFileWriter) -> None:
    append_signature_field(writer, SigFieldSpec("Second", box=(10, 10, 200, 60), on_page=0))


def _new_catalogue(writer: IncrementalPdfFileWriter) -> None:
    """The shadow's catalogue lay in the signed file, unreferenced; the update only leads to it."""
    page = _page(writer)
    shadow = writer.add_object(generic.StreamObject(stream_data=b"BT (shadow) Tj ET"))
    page[pdf_name("/Contents")] = shadow
    writer.mark_update(page.container_ref)
    writer.update_root()


UPDATES: Final[Mapping[str, Change]] = {
    "incremental: nothing but a new end": lambda writer: writer.update_root(),
    "incremental: annotation over the text": lambda writer: _note(writer, "/FreeText"),
    "incremental: a white square over a verdict": lambda writer: _note(writer, "/Square"),
    "incremental: stamp": lambda writer: _note(writer, "/Stamp"),
    "incremental: link to another place": lambda writer: _note(writer, "/Link", A=_action("URI", URI=pdf_string("http://a"))),
    "incremental: file as a note": lambda writer: _note(writer, "/FileAttachment"),
    "incremental: page content replaced": _show_other_content,
    "incremental: page added": _add_a_page,
    "incremental: visible signature field": _another_field,
    "incremental: language": lambda writer: _set_on_root(writer, "/Lang", pdf_string("en")),
    "incremental: metadata dropped": _drop("/Metadata"),
    "form values: a field with a verdict": _fill_in_a_form,
    "form values: XFA": lambda writer: _set_on_root(
        writer, "/AcroForm", _dictionary(Fields=generic.ArrayObject(), XFA=pdf_string("<xdp/>"))
    ),
    "fonts swapped": _swap_fonts,
    "JavaScript when opened": lambda writer: _set_on_root(writer, "/OpenAction", _script()),
    "JavaScript on a page": lambda writer: _set_on_page(writer, "/AA", _dictionary(O=_script())),
    "action when opened: another file": lambda writer: _set_on_root(writer, "/OpenAction", _action("Launch", F=pdf_string("a"))),
    "action: when printed": lambda writer: _set_on_root(writer, "/AA", _dictionary(WP=_script())),
    "embedded file beside the data": _attach,
    "embedded file of the same name": lambda writer: _attach(writer, "record.json"),
    "embedded data replaced": _replace_data,
    "embedded data dropped": lambda writer: _drop("/Names")(writer),
    "certification: /Perms dropped": _drop("/Perms"),
    "layers that can be hidden": lambda writer: _set_on_root(writer, "/OCProperties", _dictionary(OCGs=generic.ArrayObject())),
}  # fmt: skip
# The same, done before the file was signed by a key that is trusted: what an insider could do who prints for himself.
BEFORE_SIGNING: Final = (
    "incremental: annotation over the text",
    "incremental: link to another place",
    "incremental: file as a note",
    "form values: a field with a verdict",
    "form values: XFA",
    "JavaScript when opened",
    "JavaScript on a page",
    "action when opened: another file",
    "action: when printed",
    "embedded file beside the data",
    "embedded file of the same name",
    "embedded data replaced",
    "embedded data dropped",
    "layers that can be hidden",
)


# What can be done to the bytes.


def _contents(pdf: bytes) -> tuple[int, int]:
    """Where the signature's hexadecimal string begins and ends."""
    start = pdf.rindex(b"/Contents <") + len(b"/Contents <")
    return start, pdf.index(b">", start)


def with_signature(pdf: bytes, digits: bytes) -> bytes:
    """The file with another string in its signature's place, of the same length."""
    start, end = _contents(pdf)
    return pdf[:start] + digits.ljust(end - start, b"0")[: end - start] + pdf[end:]


def signature_of(pdf: bytes) -> bytes:
    """The signature as it stands in the file."""
    start, end = _contents(pdf)
    return pdf[start:end]


def byte_range(pdf: bytes, said: bytes) -> bytes:
    """The file with another /ByteRange of the same length."""
    place = pdf.rindex(b"/ByteRange")
    found = re.match(rb"/ByteRange \[[0-9 ]+\]", pdf[place:])
    assert found is not None
    assert len(said) <= len(found[0]) + 20
    return pdf[:place] + said.ljust(len(found[0])) + pdf[place + max(len(found[0]), len(said)) :]


def numbers_of(pdf: bytes) -> list[int]:
    """The numbers of its /ByteRange."""
    found = re.search(rb"/ByteRange \[([0-9 ]+)\]", pdf[pdf.rindex(b"/ByteRange") :])
    assert found is not None
    return [int(number) for number in found[1].split()]


def _range(change: Callable[[list[int]], list[int]]) -> Variant:
    def apply(bench: Bench) -> bytes:
        said = b" ".join(b"%d" % number for number in change(numbers_of(bench.good)))
        return byte_range(bench.good, b"/ByteRange [" + said + b"]")

    return apply


def _said(said: bytes) -> Variant:
    return lambda bench: byte_range(bench.good, said)


def _wrapped(bench: Bench) -> bytes:
    """Signature wrapping: the second signed part is moved to the end, and what is shown stands between."""
    _, gap_start, gap_end, length = numbers_of(bench.good)
    second = bench.good[gap_end:]
    evil = b"\n1 0 obj\n<< /Evil true >>\nendobj\n"
    moved = gap_end + len(evil)
    ranges = b"/ByteRange [0 %d %d %d]" % (gap_start, moved, length)
    return byte_range(bench.good[:gap_end] + evil + second, ranges)


def _wrapped_twice(bench: Bench) -> bytes:
    """Signature wrapping with the whole file before it, so that the signed one is but a part."""
    return bench.other + bench.good


def _signature_of_old(change: Callable[[cms.ContentInfo, cms.ContentInfo], None]) -> Variant:
    """The signature taken apart, changed, and put back."""

    def apply(bench: Bench) -> bytes:
        own, foreign = (_content_info(pdf) for pdf in (bench.good, bench.other))
        change(own, foreign)
        return with_signature(bench.good, own.dump().hex().encode())

    return apply


def _content_info(pdf: bytes) -> cms.ContentInfo:
    digits = signature_of(pdf)
    raw = bytes.fromhex(digits.decode())
    return cms.ContentInfo.load(raw)


def _stamp_of_another(own: cms.ContentInfo, foreign: cms.ContentInfo) -> None:
    foreign_signer = foreign["content"]["signer_infos"][0]
    own["content"]["signer_infos"][0]["unsigned_attrs"] = foreign_signer["unsigned_attrs"]


def _stamp_dropped(own: cms.ContentInfo, foreign: cms.ContentInfo) -> None:
    own["content"]["signer_infos"][0]["unsigned_attrs"] = cms.CMSAttributes([])


def _signer_of_another(own: cms.ContentInfo, foreign: cms.ContentInfo) -> None:
    own["content"]["signer_infos"] = foreign["content"]["signer_infos"]


def _without_signature(bench: Bench) -> bytes:
    writer = copy_into_new_writer(PdfFileReader(BytesIO(bench.good)))
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _flipped(at: Callable[[bytes], int]) -> Variant:
    def apply(bench: Bench) -> bytes:
        flipped = bytearray(bench.good)
        flipped[at(bench.good)] ^= 1
        return bytes(flipped)

    return apply


def _number_on_the_page(bench: Bench) -> bytes:
    """The other record's number stands on the page, by an update."""

    def renumber(writer: IncrementalPdfFileWriter) -> None:
        shown = generic.StreamObject(stream_data=b"BT /F1 9 Tf (1151124-AAAA-AA) Tj ET")
        held = _page(writer).raw_get("/Contents")
        _set_on_page(writer, "/Contents", generic.ArrayObject([held, writer.add_object(shown)]))

    return updated(bench.good, renumber)


def _prepared_shadow(change: Change) -> Variant:
    """Shadow: something harmless is put in before our house signs, and an update afterwards brings it out."""

    def apply(bench: Bench) -> bytes:
        def prepare(writer: IncrementalPdfFileWriter) -> None:
            writer.add_object(generic.StreamObject(stream_data=b"BT (shadow) Tj ET"))
            writer.update_root()

        return updated(bench.desk.sign(updated(bench.unsigned, prepare)), change)

    return apply


def _before(name: str) -> Variant:
    return lambda bench: bench.desk.sign(updated(bench.unsigned, UPDATES[name]))


def _after(name: str) -> Variant:
    return lambda bench: updated(bench.good, UPDATES[name])


VARIANTS: Final[Mapping[str, Variant]] = {
    **{name: _after(name) for name in UPDATES},
    **{f"{name}, before our own signature": _before(name) for name in BEFORE_SIGNING},
    "shadow, hide": _prepared_shadow(lambda writer: _set_on_page(writer, "/Annots", generic.ArrayObject())),
    "shadow, replace": _prepared_shadow(_show_other_content),
    "shadow, hide and replace": _prepared_shadow(_new_catalogue),
    "page turned": lambda bench: with_page_turned(bench.good),
    "wrapping: second part moved": _wrapped,
    "wrapping: another record before it": _wrapped_twice,
    "wrapping: another record after it": lambda bench: bench.good + bench.other,
    "universal forgery: ByteRange zero": _said(b"/ByteRange [0 0 0 0]"),
    "universal forgery: ByteRange null": _said(b"/ByteRange null"),
    "universal forgery: ByteRange missing": lambda bench: bench.good.replace(b"/ByteRange", b"/ByteRangf"),
    "universal forgery: ByteRange empty": _said(b"/ByteRange []"),
    "universal forgery: ByteRange of text": _said(b"/ByteRange [(0) (1) (2) (3)]"),
    "universal forgery: ByteRange negative": _range(lambda r: [r[0], r[1], r[2], -1]),
    "universal forgery: ByteRange huge": _said(b"/ByteRange [0 9 99999999999 9]"),
    "universal forgery: ByteRange of two": _range(lambda r: r[:2]),
    "universal forgery: ByteRange starts late": _range(lambda r: [1, r[1] - 1, r[2], r[3]]),
    "universal forgery: ByteRange ends early": _range(lambda r: [r[0], r[1], r[2], r[3] - 6]),
    "universal forgery: ByteRange with a wide gap": _range(lambda r: [r[0], r[1] - 50, r[2], r[3]]),
    "universal forgery: Contents empty": lambda bench: bench.good.replace(
        b"<" + signature_of(bench.good) + b">", b"<>".ljust(len(signature_of(bench.good)) + 2)
    ),
    "universal forgery: Contents zeroed": lambda bench: with_signature(bench.good, b""),
    "universal forgery: Contents null": lambda bench: bench.good.replace(
        b"<" + signature_of(bench.good) + b">", b"null".ljust(len(signature_of(bench.good)) + 2)
    ),
    "universal forgery: Contents missing": lambda bench: bench.good.replace(b"/Contents <", b"/Contentz <"),
    "universal forgery: Contents no hexadecimal": lambda bench: with_signature(bench.good, b"GG" * 100),
    "universal forgery: text in the gap": lambda bench: (
        bench.good[: _contents(bench.good)[1] - 40] + b">/Evil (" + b"x" * 30 + b")<" + bench.good[_contents(bench.good)[1] :]
    ),
    "certification: level raised in the bytes": lambda bench: bench.good.replace(b"/P 1", b"/P 3"),
    "certification: /Perms renamed": lambda bench: bench.good.replace(b"/Perms", b"/Permz"),
    "certification: allows notes, and a note was made": lambda bench: updated(
        signed_as(bench.unsigned, bench.desk, level=MDPPerm.ANNOTATE), UPDATES["incremental: annotation over the text"]
    ),
    "certification: allows forms, and a second signature": lambda bench: signed_as(
        signed_as(bench.unsigned, bench.desk, level=MDPPerm.FILL_FORMS), bench.another_house, field="Second", certify=False
    ),
    "certification: allows notes": lambda bench: signed_as(bench.unsigned, bench.desk, level=MDPPerm.ANNOTATE),
    "certification: none, an approval alone": lambda bench: signed_as(bench.unsigned, bench.desk, certify=False),
    "signed again: by another house": lambda bench: bench.another_house.sign(bench.unsigned),
    "signed again: by another house, our stamp": lambda bench: bench.another_house.signer.sign(bench.unsigned, bench.desk.stamp),
    "signed again: over ours": lambda bench: signed_as(bench.good, bench.another_house, field="Second", certify=False),
    "signed again: twice by ourselves": lambda bench: signed_as(bench.good, bench.desk, field="Second", certify=False),
    "signed again: signature of another record": lambda bench: with_signature(bench.good, signature_of(bench.other)),
    "signed again: signer taken from another record": _signature_of_old(_signer_of_another),
    "old record under a new number, by an update": _number_on_the_page,
    "time stamp: of another house": lambda bench: bench.desk.signer.sign(bench.unsigned, bench.another_house.stamp),
    "time stamp: none": lambda bench: signed_as(bench.unsigned, bench.desk, stamp=False),
    "time stamp: of another record": _signature_of_old(_stamp_of_another),
    "time stamp: dropped": _signature_of_old(_stamp_dropped),
    "bytes appended: a line end": lambda bench: bench.good + b"\n",
    "bytes appended: a comment": lambda bench: bench.good + b"% more\n",
    "bytes appended: another end": lambda bench: bench.good + b"%%EOF\n",
    "bytes appended: a zip": lambda bench: bench.good + b"PK\x03\x04" + bytes(500),
    "bytes appended: zeros": lambda bench: bench.good + bytes(4096),
    "bytes before the start": lambda bench: b"% before\n" + bench.good,
    "signature stripped: never signed": lambda bench: bench.unsigned,
    "signature stripped: written anew": _without_signature,
    "signature stripped: field dropped": lambda bench: updated(bench.good, _drop("/AcroForm")),
    "cut back to before the signature": lambda bench: bench.good[: bench.good.index(b"%%EOF") + 6],
    "cut in the signature": lambda bench: bench.good[: _contents(bench.good)[0] + 1000],
    "cut at the end": lambda bench: bench.good[:-7],
    "one bit: in the text": _flipped(lambda pdf: pdf.index(b"stream") + 40),
    "one bit: in the signature": _flipped(lambda pdf: _contents(pdf)[0] + 400),
    "one bit: in the last line": _flipped(lambda pdf: len(pdf) - 3),
    "xref: leads elsewhere": lambda bench: re.sub(rb"startxref\n\d+(?=\n%%EOF\n$)", b"startxref\n15", bench.good),
    "xref: the old one": lambda bench: re.sub(
        rb"startxref\n\d+(?=\n%%EOF\n$)", bench.good[bench.good.index(b"startxref") :].split(b"\n%")[0], bench.good
    ),
    "xref: previous one in a circle": lambda bench: re.sub(
        rb"/Prev \d+", b"/Prev %d" % len(bench.good), bench.good
    ),
    "xref: another root": lambda bench: bench.good.replace(b"/Root 2 0 R", b"/Root 1 0 R"),
    "xref: damaged": lambda bench: bench.good.replace(b"startxref", b"startxreg"),
    "a bomb in place of a page": lambda bench: updated(
        bench.good,
        lambda writer: _set_on_page(
            writer,
            "/Contents",
            writer.add_object(
                generic.StreamObject(
                    {pdf_name("/Filter"): pdf_name("/FlateDecode")}, encoded_data=zlib.compress(bytes(20_000_000), 9)
                )
            ),
        ),
    ),
}  # fmt: skip
