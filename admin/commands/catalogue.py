"""flask catalogue load FOLDER, flask catalogue export FOLDER."""

import sys
from pathlib import Path

import click
from flask.cli import AppGroup

from admin.commands.refusal import speaks
from admin.set_up import set_up
from govern.catalogue import export as exports
from govern.catalogue import load as loads
from govern.core.settings import load_settings

catalogue = AppGroup("catalogue", help="The catalogue in and out as files.")


@catalogue.command("load")
@click.argument("folder", type=click.Path(path_type=Path))
@speaks
def load(folder: Path) -> None:
    """Check the files of FOLDER and make them the catalogue; changes nothing when anything is wrong."""
    settings = load_settings()
    set_up(settings, with_catalogue=False)
    try:
        counts = loads.load(folder, settings=settings)
    except loads.CatalogueWrong as wrong:
        for problem in wrong.problems:
            place = " ".join(part for part in (problem.file, problem.code, problem.field) if part)
            print(f"{place}: {problem.wording.zh} / {problem.wording.en}", file=sys.stderr)
        sys.exit(1)
    print(
        f"agencies {counts.agencies}, data items {counts.data_items}, fields {counts.fields}, "
        f"case items {counts.case_items}, changed {counts.changed}"
    )


@catalogue.command("export")
@click.argument("folder", type=click.Path(path_type=Path))
@speaks
def export(folder: Path) -> None:
    """Write the catalogue in force into FOLDER, as files that load again with nothing changed."""
    set_up(load_settings())
    exports.export(folder)
    print(folder)
