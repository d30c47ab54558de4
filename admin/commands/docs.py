"""flask house docs: what docs/ and the README hold of the code, made again from the code.

`docs/entries.md` is the catalogue of events, `docs/map.md` the tree with each file's first docstring line, and the README's
table of settings stands between two marks. A test compares all three with the code.
"""

import ast
from dataclasses import fields
from pathlib import Path
from typing import Final

import govern.trail.kinds.catalogue
import govern.trail.kinds.lookups
import govern.trail.kinds.people
import govern.trail.kinds.review
import govern.trail.kinds.system  # noqa: F401
from govern.core.settings import Settings
from govern.trail.kinds.kind import FILLED_BY_APPEND, KINDS
from govern.trail.leaf import COLUMNS

ROOT: Final = Path(__file__).parent.parent.parent
ROOMS: Final = ("connectors", "govern", "audit", "reports", "admin", "migrations")
BEGIN: Final = "<!-- settings: made by `make docs` -->"
END: Final = "<!-- end of settings -->"


def write_all() -> None:
    """The three documents are as the code is now."""
    (ROOT / "docs" / "entries.md").write_text(entries())
    (ROOT / "docs" / "map.md").write_text(tree())
    readme = ROOT / "README.md"
    readme.write_text(with_settings(readme.read_text()))


def entries() -> str:
    """The catalogue of events: each kind, its sentence, which columns it fills and what its details hold."""
    lines = [
        "# Entries",
        "",
        "Every event of the trail has a kind. This page is made from `govern/trail/kinds/` by `make docs`. Each entry also",
        "carries id, kind and its version, time, and who acted (person, account, agency, role, session, address, origin).",
        "How an entry becomes bytes stands in [leaf.md](leaf.md). A *sealed* column holds a salted commitment and the",
        "SHA-256 of the ciphertext, never the text.",
        "",
        "| kind | 中文 | English | what it says | columns | details |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    own = frozenset(COLUMNS) - FILLED_BY_APPEND
    for name, kind in sorted(KINDS.items()):
        names = [field.name for field in fields(kind)]
        columns = ", ".join(each for each in names if each in own)
        details = ", ".join(kind.spelled.get(each, each) for each in names if each not in own)
        says = " ".join((kind.__doc__ or "").split())
        lines.append(f"| `{name}` | {kind.wording.zh} | {kind.wording.en} | {says} | {columns} | {details} |")
    return "\n".join(lines) + "\n"


def tree() -> str:
    """The house as built: every room and file with the first line of its docstring."""
    lines = [
        "# Map",
        "",
        "The house as built, bottom up; made from each file's first docstring line by `make docs`.",
        "*Connectors reach out, govern decides and remembers, audit proves and reviews, reports print, admin shows; each may",
        "use what lies below it, nobody what lies above, and no two rooms need each other.*",
        "",
    ]
    for room in ROOMS:
        lines.append(f"## {room}/")
        lines.append("")
        for path in sorted((ROOT / room).rglob("*.py"), key=lambda path: (path.parent.as_posix(), path.name)):
            line = first_line(path)
            if path.name == "__init__.py":
                if path.parent != ROOT / room:
                    lines += ["", f"**{path.parent.relative_to(ROOT)}/** {line}", ""]
                elif line:
                    lines += [line, ""]
                continue
            lines.append(f"- `{path.relative_to(ROOT)}` {line}")
        lines.append("")
    text = "\n".join(lines)
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text.rstrip() + "\n"


def first_line(path: Path) -> str:
    """The first line of a file's docstring."""
    docstring = ast.get_docstring(ast.parse(path.read_text())) or ""
    return docstring.split("\n\n")[0].replace("\n", " ").strip()


def with_settings(readme: str) -> str:
    """The README with the table of settings as the code has it."""
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{settings()}\n{END}{after}"


def settings() -> str:
    """The table of settings, in Markdown."""
    lines = ["| setting | default | what for |", "| --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        default = "" if field.default in ("", None) else f"`{field.default}`"
        lines.append(f"| `GOVERN_{name.upper()}` | {default} | {field.description} |")
    return "\n".join(lines) + "\n"
