"""A PDF read strictly, as pyHanko does; an object that lies packed among others is found at once.

pyHanko goes through the table of an object stream (ISO 32000-1 §7.5.7) again for each object that it takes from it, and a
record packs some hundreds of objects into one: their squares were nine tenths of a check. Here each table is read once.
"""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.misc import PdfReadError, PdfStreamError, PdfStrictReadError
from pyhanko.pdf_utils.reader import PdfFileReader


@dataclass(frozen=True, slots=True)
class _Pack:
    """An object stream: where each object starts, and by number its place in the table."""

    stream: generic.StreamObject
    data: bytes
    starts: tuple[int, ...]
    places: dict[int, int]


class StrictReader(PdfFileReader):
    """pyHanko's reader in its strict manner; raises `PdfStrictReadError` for whatever the specification does not allow."""

    def __init__(self, pdf: bytes) -> None:
        self._packs: dict[int, _Pack] = {}
        super().__init__(BytesIO(pdf), strict=True)

    def _get_object_from_stream(self, idnum: int, stmnum: int, idx: int) -> Any:
        stream = generic.Reference(stmnum, 0, self).get_object()
        pack = self._packs.get(stmnum)
        if pack is None or pack.stream is not stream:  # a later revision may give the number to another stream
            pack = self._packs[stmnum] = _opened(stream)
        if pack.places.get(idnum) != idx:
            raise PdfStrictReadError("An object stream holds another object in this place.")
        data = BytesIO(pack.data)
        data.seek(pack.starts[idx])
        try:
            found = generic.read_object(data, generic.Reference(idnum, 0, self))
        except (PdfStreamError, PdfReadError) as wrong:
            raise PdfStrictReadError(f"Can't read object stream: {wrong}") from wrong
        if isinstance(found, generic.StreamObject | generic.IndirectObject):
            raise PdfStrictReadError("Encountered forbidden object type in object stream")
        return found


def _opened(stream: Any) -> _Pack:
    """The table of an object stream: pairs of object number and offset, as many as it says."""
    if not isinstance(stream, generic.StreamObject) or stream["/Type"] != "/ObjStm":
        raise PdfStrictReadError("An object stream is none.")
    data = stream.read_data(DecodePurpose.OBJECT_STREAM)
    first, count = int(stream["/First"]), int(stream["/N"])
    try:
        numbers = [int(number) for number in data[:first].split()]
    except ValueError:
        raise PdfStrictReadError("Object stream header possibly corrupted") from None
    if count < 0 or min(numbers, default=0) < 0 or len(numbers) < 2 * count:
        raise PdfStrictReadError("Object stream header possibly corrupted")
    of_objects = numbers[: 2 * count : 2]
    places: dict[int, int] = {}
    for place, number in enumerate(of_objects):
        places.setdefault(number, place)  # of two with one number the first counts, and any other place is refused
    return _Pack(stream, data, tuple(first + offset for offset in numbers[1 : 2 * count : 2]), places)
