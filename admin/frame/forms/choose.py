"""A conflict's choices: theirs or yours, row by row, as the form sent them.

Each row of `pieces/conflict.html` sends `take.<names> = theirs | yours`. Where theirs was chosen, what the form says of those
names gives way to what is there now; everything else stays as typed. The page's hash or edition still guards the whole: who
was first a second time is told again.
"""

from typing import Final

from werkzeug.datastructures import MultiDict

PREFIX: Final = "take."
Typed = MultiDict[str, str]


def chosen(typed: Typed, theirs: Typed) -> Typed:
    """What was typed, with theirs wherever theirs was chosen; a name `item=code` is one box of several with one name."""
    found: Typed = MultiDict((name, value) for name, value in typed.items(multi=True) if not name.startswith(PREFIX))
    for row in (name for name, side in typed.items() if name.startswith(PREFIX) and side == "theirs"):
        for name in row.removeprefix(PREFIX).split("+"):
            box, is_box, code = name.partition("=")
            if is_box:
                found.setlist(box, [*(each for each in found.getlist(box) if each != code), *_box(theirs, box, code)])
            else:
                found.setlist(name, theirs.getlist(name))
    return found


def _box(theirs: Typed, name: str, code: str) -> list[str]:
    return [code] if code in theirs.getlist(name) else []
