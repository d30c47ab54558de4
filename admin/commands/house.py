"""flask setup, flask house run, flask house demo, flask health."""

import json
import signal
import sys
import time
from types import FrameType

import click
from flask.cli import AppGroup

from admin.commands.docs import write_all
from admin.commands.refusal import speaks, stop
from admin.commands.services import LOCK, Services, alone_in
from admin.demo import people, report
from admin.demo.demonstration import demonstrate
from admin.frame.opening import is_well, open_house
from admin.set_up import set_up
from govern.core.settings import Settings, load_settings
from govern.core.wording import Wording

house = AppGroup("house", help="The whole house on this machine.")

NOT_A_DEMO: Wording = Wording(
    "資料夾 {folder} 已有內容，而且不是 make demo 留下的；請改用 GOVERN_DATA_DIR 指定空的資料夾。",
    "The folder {folder} is not empty and was not left by make demo; name an empty one with GOVERN_DATA_DIR.",
)


@click.command("setup")
@speaks
def setup() -> None:
    """Make what is missing: folder, keys, trust, schema, catalogue."""
    set_up(load_settings())
    print("ok")


@click.command("health")
@speaks
def health() -> None:
    """Print the same as GET /health; exit 1 when a part is not well."""
    parts = is_well(open_house(load_settings()))
    print(json.dumps({"ok": all(parts.values()), "parts": parts}))
    sys.exit(0 if all(parts.values()) else 1)


@house.command("run")
@speaks
def run() -> None:
    """Set up what is missing, play the examples at the first start, and serve the console until Ctrl-C."""
    settings = load_settings()
    _obey_signals()
    with alone_in(settings.folder):
        report.keep_folder(settings.folder)
        _run(settings)


def _run(settings: Settings) -> None:
    set_up(settings)
    is_first = people.are_missing()
    services = Services(settings)
    try:
        services.start(web=not is_first)
        if is_first:
            _, passwords = demonstrate(settings)
            people.print_first_passwords(settings, passwords)
            services.start_web()
        print(f"\n雲端證件包 Govern: {settings.console_url}   (Ctrl-C 結束 to stop)\n", flush=True)
        services.watch()
    except KeyboardInterrupt:
        print("\n正在停止 Stopping ...", flush=True)
    finally:
        services.stop()


@house.command("demo")
@speaks
def demo() -> None:
    """Play the worked examples on a fresh data folder, and end."""
    settings = load_settings()
    _obey_signals()
    if (settings.folder / LOCK).exists():
        with alone_in(settings.folder):  # a running house's folder is not emptied under it
            pass
    if not report.clear_folder(settings.folder):
        stop(NOT_A_DEMO.fill(folder=settings.folder), 2)
    with alone_in(settings.folder):
        began = time.monotonic()
        verdict = _play(settings)
        print(f"{settings.folder / 'demo' / 'report.json'}  ({time.monotonic() - began:.0f} s)")
    sys.exit(0 if verdict else 1)


def _play(settings: Settings) -> bool:
    """All examples, on services that end with them; whether each came out as it should."""
    set_up(settings)
    services = Services(settings)
    try:
        services.start(web=False)
        verdict, passwords = demonstrate(settings)
        people.print_first_passwords(settings, passwords)
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        services.stop()
    return verdict


@house.command("docs")
def docs() -> None:
    """Make docs/entries.md, docs/map.md and the README's table of settings again from the code."""
    write_all()


def _obey_signals() -> None:
    """SIGTERM and SIGINT end a house: everything that was started is stopped. A shell's `&` would have SIGINT ignored."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, interrupt)
