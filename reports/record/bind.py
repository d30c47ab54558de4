"""Parts of a sheet bound to one PDF/A-3a, page numbers laid over: what a sheet too large for one press is made of.

The first part gives catalogue, metadata, colour profile and attached data. Of the others come the pages and all that they
use, under new object numbers. The parts' structure trees become one, so that the text stays tagged from the first page to
the last: one `Document`, its elements in the order of the pages, one parent tree. The page numbers stand on pages of their
own, printed when the number of pages is known; each is drawn over its page as an artifact. Lost are bookmarks, of which a
period's record has none, and a font that two parts use stands in the file once for each.

Objects are moved, not understood: a part's thousands of structure elements are rewritten as text, reference by reference.
What is not as WeasyPrint writes it raises `BadPart`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from typing import Any, Final

import pydyf
from pypdf import PdfReader
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
    PdfObject,
    StreamObject,
    read_object,
)

_TOKENS: Final = re.compile(rb"\((?:\\.|[^\\()])*\)|<[0-9A-Fa-f\s]*>|\b(\d+) 0 R\b", re.DOTALL)
_SAVED: Final = b"q"  # whatever state a page's content leaves, its number is drawn in a fresh one
_LAID_OVER: Final = b"Q\n/Artifact <</Type /Pagination>> BDC\n/GovernNumber Do\nEMC"


class BadPart(ValueError):
    """A part is not as the press prints it; the message says what is missing."""


class _Raw(pydyf.Object):  # type: ignore[misc]
    """An object as the bytes that it is written as."""

    def __init__(self, data: bytes, *, is_stream: bool = False) -> None:
        super().__init__()
        self._data = data
        self._is_stream = is_stream

    @property
    def data(self) -> bytes:
        """What stands between `obj` and `endobj`."""
        return self._data

    @property
    def compressible(self) -> bool:
        """Whether it may lie in an object stream."""
        return not self._is_stream


class Part(PdfReader):
    """A part as the press printed it. Of its packed objects only those that are asked for are understood.

    pypdf would understand all of a stream's thousands for the first one asked, and that took longer than all the rest.
    """

    def __init__(self, pdf: bytes) -> None:
        super().__init__(BytesIO(pdf))
        self.packed: Mapping[int, bytes] = _packed(self)  # the objects that lie in object streams, by number

    def _get_object_from_stream(self, indirect_reference: IndirectObject) -> PdfObject:
        data = self.packed.get(indirect_reference.idnum)
        if data is None:
            raise BadPart(f"object {indirect_reference.idnum}")
        found: PdfObject = read_object(BytesIO(data + b" "), self)
        self.cache_indirect_object(0, indirect_reference.idnum, found)
        return found


def bind(parts: Sequence[Part], numbers: bytes, identifier: str) -> bytes:
    """The parts as one PDF in this order, with the pages of `numbers` laid over; the same parts give the same bytes.

    Raises `BadPart` when a part cannot be bound, or when there are not as many numbers as pages.
    """
    made = _Bound()
    for part in parts:
        made.add(part)
    made.lay_over(Part(numbers))
    return made.written(identifier)


class _Bound:
    """The file while it grows: objects under their new numbers; pages, structure and catalogue last."""

    def __init__(self) -> None:
        self._pdf = pydyf.PDF()
        self._root: Mapping[str, Any] | None = None
        self._first_to: Callable[[int], int] = lambda number: number
        self._pages: list[tuple[int, DictionaryObject, Callable[[int], int]]] = []
        self._elements: list[bytes] = []
        self._parents: list[bytes] = []
        self._tree = self._pdf.pages.number  # an empty one, made by pydyf: it takes all pages
        self._structure = self._keep(b"null")
        self._document = self._keep(b"null")

    def _keep(self, data: bytes, *, is_stream: bool = False) -> int:
        self._pdf.add_object(_Raw(data, is_stream=is_stream))
        return len(self._pdf.objects) - 1

    def add(self, reader: Part) -> None:
        """A part's pages come after those that are there."""
        root = _dictionary(reader.trailer.get("/Root"), "catalogue")
        structure = _dictionary(root.get("/StructTreeRoot"), "structure tree")
        documents = structure.get("/K")
        if not isinstance(documents, ArrayObject) or len(documents) != 1:
            raise BadPart("a structure tree with one document")
        document = _dictionary(documents[0], "document element")
        left_out = {
            _number(reader.trailer.raw_get("/Root")): 0,
            _number(root.raw_get("/Pages")): self._tree,
            _number(documents[0]): self._document,
        }
        for name in ("/StructTreeRoot", "/ParentTree"):
            held = root if name == "/StructTreeRoot" else structure
            if isinstance(held.raw_get(name), IndirectObject):
                left_out[_number(held.raw_get(name))] = self._structure
        to = self._moved(reader, left_out)
        shift = len(self._pages)
        for page in reader.pages:
            reference = page.indirect_reference
            assert reference is not None
            self._pages.append((to(reference.idnum), page, to))
        self._elements.append(_rewritten(_written(document["/K"])[1:-1], to))
        parents = _dictionary(structure.get("/ParentTree"), "parent tree").get("/Nums")
        if not isinstance(parents, ArrayObject):
            raise BadPart("a parent tree")
        for key, value in zip(parents[::2], parents[1::2], strict=True):
            self._parents.append(b"%d %s" % (int(str(key)) + shift, _rewritten(_written(value), to)))
        if self._root is None:
            self._root, self._first_to = root, to

    def _moved(self, reader: Part, aliases: Mapping[int, int]) -> Callable[[int], int]:
        """All objects of a part stand here under new numbers; what gives an old number its new one."""
        packed = reader.packed
        plain = [number for number in sorted(reader.xref.get(0, {})) if number not in aliases and number != 0]
        kept = [number for number in sorted({*plain, *packed}) if number not in aliases]
        start = len(self._pdf.objects)
        numbers = {**{number: start + at for at, number in enumerate(kept)}, **aliases}
        for number in kept:
            if number in packed:
                self._keep(_rewritten(packed[number], numbers.__getitem__))
                continue
            found = reader.get_object(IndirectObject(number, 0, reader))
            if isinstance(found, StreamObject) and found.get("/Type") in ("/ObjStm", "/XRef"):
                self._keep(b"null")
            elif isinstance(found, StreamObject):
                self._keep(_stream(found, numbers.__getitem__), is_stream=True)
            elif found is not None:
                self._keep(_rewritten(_written(found), numbers.__getitem__))
            else:
                raise BadPart(f"object {number}")
        return numbers.__getitem__

    def lay_over(self, reader: Part) -> None:
        """Each page shows the number's page that has its place; structure keys and parents are the bound ones."""
        if len(reader.pages) != len(self._pages):
            raise BadPart("as many numbers as pages")
        to = self._moved(reader, {_number(reader.trailer.raw_get("/Root")): 0})
        around = tuple(
            self._keep(b"<</Length %d>>\nstream\n%s\nendstream" % (len(drawing), drawing), is_stream=True)
            for drawing in (_SAVED, _LAID_OVER)
        )
        for at, ((number, page, here), over) in enumerate(zip(self._pages, reader.pages, strict=True)):
            drawn = self._keep(_as_form(over, to), is_stream=True)
            data = _page(page, here, self._tree, at, drawn, around)
            self._pdf.objects[number] = self._placed(number, data)

    def _placed(self, number: int, data: bytes) -> _Raw:
        """An object in a place that was kept for it; packed it is not, since whoever checks a record reads every page.

        A reader goes through a stream of thousands for each object that it takes from it.
        """
        made = _Raw(data, is_stream=True)
        made.number = number
        return made

    def written(self, identifier: str) -> bytes:
        """The file."""
        if self._root is None:
            raise BadPart("a first part")
        kids = b" ".join(b"%d 0 R" % number for number, _, _ in self._pages)
        tree = b"<</Type /Pages /Kids [%s] /Count %d>>" % (kids, len(self._pages))
        parents = self._keep(b"<</Nums [%s]>>" % b" ".join(self._parents))
        structure = b"<</Type /StructTreeRoot /K [%d 0 R] /ParentTree %d 0 R /ParentTreeNextKey %d>>"
        document = b"<</Type /StructElem /S /Document /P %d 0 R /K [%s]>>"
        self._pdf.objects[self._tree] = self._placed(self._tree, tree)
        self._pdf.objects[self._structure] = self._placed(
            self._structure, structure % (self._document, parents, len(self._pages))
        )
        self._pdf.objects[self._document] = self._placed(
            self._document, document % (self._structure, b" ".join(self._elements))
        )
        for name in list(self._pdf.catalog):
            del self._pdf.catalog[name]
        for name, value in self._root.items():
            held = self._root.raw_get(name)  # type: ignore[attr-defined]
            if name == "/StructTreeRoot":
                self._pdf.catalog["StructTreeRoot"] = b"%d 0 R" % self._structure
            elif name == "/Pages":
                self._pdf.catalog["Pages"] = b"%d 0 R" % self._tree
            elif name != "/Outlines":
                self._pdf.catalog[name[1:]] = _rewritten(_written(held), self._first_to)
            del value
        out = BytesIO()
        self._pdf.write(out, b"1.7", identifier.encode(), compress=True)
        return out.getvalue()


def _packed(reader: PdfReader) -> dict[int, bytes]:
    """The objects that lie in object streams, by number, as the bytes that they are written as."""
    found: dict[int, bytes] = {}
    for holder in {holder for holder, _ in reader.xref_objStm.values()}:
        stream = reader.get_object(IndirectObject(holder, 0, reader))
        if not isinstance(stream, StreamObject):
            raise BadPart("an object stream")
        data, first, count = stream.get_data(), int(str(stream["/First"])), int(str(stream["/N"]))
        heads = [int(one) for one in data[:first].split()]
        places = [*heads[1::2], len(data) - first]
        for at in range(count):
            found[heads[2 * at]] = data[first + places[at] : first + places[at + 1]].strip()
    return found


def _rewritten(data: bytes, to: Callable[[int], int]) -> bytes:
    """An object's bytes with each reference under its new number; what stands in strings is left alone."""
    return _TOKENS.sub(lambda found: found[0] if found[1] is None else b"%d 0 R" % to(int(found[1])), data)


def _written(value: PdfObject) -> bytes:
    out = BytesIO()
    value.write_to_stream(out)
    return out.getvalue()


def _stream(found: StreamObject, to: Callable[[int], int]) -> bytes:
    """A stream as it is, still compressed, its dictionary's references under their new numbers."""
    raw = bytes(found._data)
    told = DictionaryObject({name: found.raw_get(name) for name in found if name != "/Length"})
    told[NameObject("/Length")] = NumberObject(len(raw))
    return _rewritten(_written(told), to) + b"\nstream\n" + raw + b"\nendstream"


def _as_form(page: DictionaryObject, to: Callable[[int], int]) -> bytes:
    """A page's content as something that another page can draw."""
    content = page["/Contents"]
    if not isinstance(content, StreamObject):
        raise BadPart("a number's page with one content")
    form = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Form"),
            NameObject("/BBox"): page["/MediaBox"],
            NameObject("/Resources"): page.raw_get("/Resources"),
        }
    )
    raw = bytes(content._data)
    if "/Filter" in content:
        form[NameObject("/Filter")] = content["/Filter"]
    form[NameObject("/Length")] = NumberObject(len(raw))
    return _rewritten(_written(form), to) + b"\nstream\n" + raw + b"\nendstream"


def _page(
    page: DictionaryObject, to: Callable[[int], int], tree: int, at: int, drawn: int, around: tuple[int, ...]
) -> bytes:
    """A page under the bound tree, which draws its number last."""
    told = [b"/Parent %d 0 R /StructParents %d" % (tree, at)]
    for name in page:
        if name in ("/Parent", "/StructParents"):
            continue
        held = page.raw_get(name)
        if name == "/Resources":
            told.append(b"/Resources " + _with_number(_dictionary(held, "resources"), to, drawn))
        elif name == "/Contents":
            contents = held if isinstance(held, ArrayObject) else [held]
            inner = b" ".join(_rewritten(_written(one), to) for one in contents)
            told.append(b"/Contents [%d 0 R %s %d 0 R]" % (around[0], inner, around[1]))
        else:
            told.append(name.encode() + b" " + _rewritten(_written(held), to))
    return b"<<" + b" ".join(told) + b">>"


def _with_number(resources: DictionaryObject, to: Callable[[int], int], drawn: int) -> bytes:
    told = []
    for name in resources:
        if name == "/XObject":
            continue
        told.append(name.encode() + b" " + _rewritten(_written(resources.raw_get(name)), to))
    held = _dictionary(resources["/XObject"], "drawings") if "/XObject" in resources else DictionaryObject()
    drawings = [one.encode() + b" " + _rewritten(_written(held.raw_get(one)), to) for one in held]
    told.append(b"/XObject <<" + b" ".join([*drawings, b"/GovernNumber %d 0 R" % drawn]) + b">>")
    return b"<<" + b" ".join(told) + b">>"


def _dictionary(value: Any, what: str) -> DictionaryObject:
    found = value.get_object() if isinstance(value, IndirectObject) else value
    if not isinstance(found, DictionaryObject):
        raise BadPart(what)
    return found


def _number(value: Any) -> int:
    if not isinstance(value, IndirectObject):
        raise BadPart("a reference")
    return value.idnum
