"""Nothing in a record can act: no script, no action, no form, no note, and no attachment but the record's data.

What a record is made of is listed; whatever else a catalogue, a page or the form holds could show or do something that no
signer meant (ISO 32000-1 §7.7.2, §12.5, §12.6, §12.7). References are followed, with a limit on how many.
"""

from collections.abc import Iterator
from typing import Any, Final

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from audit.check.claim import ClaimFailed

ATTACHMENT: Final = "record.json"
_CATALOGUE: Final = frozenset(
    {
        "/Type", "/Pages", "/Outlines", "/Lang", "/Names", "/StructTreeRoot", "/ViewerPreferences", "/MarkInfo",
        "/OutputIntents", "/AF", "/Metadata", "/AcroForm", "/Extensions", "/Version", "/Perms", "/PageMode", "/PageLayout",
    }
)  # fmt: skip
_NAMES: Final = frozenset({"/EmbeddedFiles", "/Dests"})
_FORM: Final = frozenset({"/Fields", "/SigFlags", "/DR", "/DA"})
_MOST: Final = 20_000


def must_not_act(reader: PdfFileReader) -> None:
    """The file holds what records are made of, and nothing else. Raises `ClaimFailed`."""
    root, names = reader.root, entry(reader.root, "/Names")
    if set(root) - _CATALOGUE or set(names) - _NAMES:
        raise ClaimFailed("can_act")
    embedded = entry(entry(names, "/EmbeddedFiles"), "/Names")
    attached = [str(name) for name in list(embedded)[::2]]
    if attached != [ATTACHMENT] or _references(entry(root, "/AF")) != _references(embedded)[1:]:
        raise ClaimFailed("can_act" if attached else "no_data")
    form = entry(root, "/AcroForm")
    fields = _items(entry(form, "/Fields"))
    if set(form) - _FORM or len(fields) != 1 or {"/AA", "/A", "/Kids"} & set(fields[0]):
        raise ClaimFailed("can_act")
    for page in _below(entry(root, "/Pages"), "/Kids"):
        notes = _items(entry(page, "/Annots"))
        if {"/AA", "/AF", "/PresSteps"} & set(page) or any(entry(note, "/FT") != "/Sig" for note in notes):
            raise ClaimFailed("can_act")
    for item in _outline(entry(root, "/Outlines")):
        if "/A" in item:
            raise ClaimFailed("can_act")


def entry(dictionary: Any, name: str) -> Any:
    """What a dictionary holds under a name, references followed; an empty array when it holds nothing."""
    return dictionary[name] if name in dictionary else generic.ArrayObject()


def _items(array: Any) -> list[Any]:
    """What stands in an array, references followed."""
    return [array[place] for place in range(len(array))]


def _references(array: Any) -> list[Any]:
    """What an array refers to, each once; a name stands for itself."""
    held = (array.raw_get(place) for place in range(len(array)))
    return list(dict.fromkeys(getattr(one, "reference", one) for one in held))


def _below(node: Any, name: str) -> Iterator[Any]:
    """The leaves of a tree, so many at most."""
    waiting, seen = [node], 0
    while waiting:
        here, seen = waiting.pop(), seen + 1
        if seen > _MOST:
            raise ClaimFailed("unreadable")
        if name in here:
            waiting.extend(_items(here[name]))
        else:
            yield here


def _outline(outline: Any) -> Iterator[Any]:
    """The items of an outline, from the first of each level to the next."""
    waiting, seen = [entry(outline, "/First")], 0
    while waiting:
        item, seen = waiting.pop(), seen + 1
        if seen > _MOST:
            raise ClaimFailed("unreadable")
        if item:
            yield item
            waiting.extend((entry(item, "/Next"), entry(item, "/First")))
