"""Which servers and programs can be had on this machine, and in one line what is missing."""

import glob
import shutil
from pathlib import Path


def postgresql_programs() -> Path | None:
    """Where PostgreSQL's server programs lie, the newest first; nothing where there is none."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))
    if found:
        return Path(found[-1]).parent
    elsewhere = shutil.which("initdb")
    return Path(elsewhere).parent if elsewhere else None


def said() -> str:
    """What the tests ran on, and what was missing here."""
    programs = {
        "PostgreSQL": postgresql_programs() is not None,
        "redis-server": shutil.which("redis-server") is not None,
        "Chromium": shutil.which("chromium") is not None,
        "pdfsig": shutil.which("pdfsig") is not None,
    }
    there = ", ".join(["SQLite", "embedded Valkey", *(name for name, is_there in programs.items() if is_there)])
    missing = ", ".join(name for name, is_there in programs.items() if not is_there)
    return f"ran on: {there}" + (f"; missing here, so their tests were skipped: {missing}" if missing else "")
