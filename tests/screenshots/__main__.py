"""`make screenshots`: every page of the console as it is now, at both sizes, in both languages and both modes.

A house of its own plays the demonstration in a temporary folder; then real people of it sign on in a real browser, do what
brings a page about, and each page is kept below docs/screenshots/. `--at ADDRESS --passwords FILE` takes the pictures of a
house that runs already (FILE: JSON, account to password), `--only WORD` those whose name holds the word.
"""

import argparse
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from admin.commands.services import Services
from admin.demo.demonstration import demonstrate
from admin.set_up import set_up
from govern.core import database
from govern.core.settings import load_settings
from tests.screenshots.camera import Camera
from tests.screenshots.sights import SIGHTS
from tests.support.browsers import chromium
from tests.support.databases import free_port

ROOT: Final = Path(__file__).parent.parent.parent
KEPT: Final = ROOT / "docs" / "screenshots"


def main() -> None:
    """Pictures of all pages, and the index."""
    asked = argparse.ArgumentParser(prog="python -m tests.screenshots")
    asked.add_argument("--at", help="address of a house that runs already")
    asked.add_argument("--passwords", type=Path, help="its passwords by account, as JSON")
    asked.add_argument("--only", default="", help="pages whose name holds this")
    asked.add_argument("--into", type=Path, default=KEPT, help="the folder of the pictures")
    asked.add_argument("--quick", action="store_true", help="one size, one language and one mode")
    given = asked.parse_args()
    sights = [(number, sight) for number, sight in enumerate(SIGHTS, 1) if given.only in sight.name]
    with _house(given.at, given.passwords) as (address, passwords), chromium() as browser:
        camera = Camera(browser, address, passwords, given.into, quick=given.quick)
        camera.takes(sights)
        if not given.only and not given.quick:
            camera.writes_the_index()


@contextmanager
def _house(address: str | None, passwords: Path | None) -> Iterator[tuple[str, Mapping[str, str]]]:
    if address and passwords:
        yield address, json.loads(passwords.read_text())
        return
    with tempfile.TemporaryDirectory(prefix="govern-shots-") as folder:
        for name in [name for name in os.environ if name.startswith("GOVERN_")]:
            del os.environ[name]
        os.environ.update(
            GOVERN_DATA_DIR=str(Path(folder) / "data"),
            GOVERN_PORT=str(free_port()),
            GOVERN_ANSWER_LIFE_S="3600",  # an answer outlives its pictures
            GOVERN_SESSION_IDLE_S="3600",
            GOVERN_STYLEGUIDE="1",
        )
        settings = load_settings()
        set_up(settings)
        services = Services(settings)
        try:
            services.start(web=False)
            _, first = demonstrate(settings)
            services.start_web()
            yield settings.console_url, first
        finally:
            services.stop()
            database.release()


if __name__ == "__main__":
    main()
