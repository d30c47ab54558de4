"""`flask fonts slice FILE...`: fonts of rare characters cut into slices that a browser fetches only where one is needed.

The civil registers write names with characters that few machines hold. The code bodies of CNS 11643 are free (全字庫, National
Development Council, OGDL-TW-1.0; Debian's fonts-cns11643-sung): this cuts them by 128 code points each, beside a stylesheet
that says which slice holds what. The repository carries two slices; an installation makes them all.
"""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
from fontTools import subset
from fontTools.ttLib import TTFont

STATIC: Final = Path(__file__).parent.parent / "static"
SLICES: Final = STATIC / "fonts" / "rare"
SHEET: Final = STATIC / "css" / "rare.css"
WIDTH: Final = 128
# CJK Extension A, B and further, and the plane in which CNS 11643 keeps what Unicode does not have yet.
RARE: Final = ((0x3400, 0x4DC0), (0x20000, 0x33480), (0xF0000, 0xFFFFE))
HEAD: Final = (
    "/* Slices of rare characters, each fetched only by a page that shows one; made by `flask fonts slice`. */\n"
    "/* TW-Sung, National Development Council, OGDL-TW-1.0 (fonts/rare/LICENSE.txt). */\n"
)


@click.group()
def fonts() -> None:
    """Fonts that the console serves itself."""


@fonts.command("slice")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--only", default="", help="Code points in hexadecimal, comma-separated: just the slices that hold these."
)
def slice_fonts(files: tuple[Path, ...], only: str) -> None:
    """Cut fonts into slices, and write the stylesheet that names them all."""
    wanted = {int(code, 16) // WIDTH for code in only.split(",") if code}
    SLICES.mkdir(exist_ok=True)
    for file in files:
        for block in blocks_of(file):
            if not wanted or block in wanted:
                (SLICES / f"{block:04x}.woff2").write_bytes(cut(file, block))
    SHEET.write_text(sheet(sorted(int(path.stem, 16) for path in SLICES.glob("*.woff2"))))
    click.echo(f"{len(list(SLICES.glob('*.woff2')))} slices in {SLICES}")


def blocks_of(file: Path) -> Iterator[int]:
    """The blocks of rare characters of which a font holds any."""
    with TTFont(file, lazy=True) as font:
        held = {code // WIDTH for code in font.getBestCmap() if any(first <= code < end for first, end in RARE)}
    yield from sorted(held)


def cut(file: Path, block: int) -> bytes:
    """One block of a font, compressed as browsers take it."""
    options = subset.Options(
        layout_features=[], flavor="woff2", hinting=False, drop_tables=[*subset.Options().drop_tables, "FFTM"]
    )
    with subset.load_font(str(file), options) as font:
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=range(block * WIDTH, (block + 1) * WIDTH))
        subsetter.subset(font)
        written = io.BytesIO()
        subset.save_font(font, written, options)
    return written.getvalue()


def sheet(blocks: list[int]) -> str:
    """The stylesheet: one face a slice, with the characters it holds."""
    faces = [
        f'@font-face {{ font-family: "Rare"; font-display: swap; src: url("../fonts/rare/{block:04x}.woff2") format("woff2"); '
        f"unicode-range: U+{block * WIDTH:X}-{(block + 1) * WIDTH - 1:X}; }}"
        for block in blocks
    ]
    return HEAD + "\n".join(faces) + "\n"
