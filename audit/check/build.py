"""The checker as one file for strangers: python -m audit.check.build OUT.pyz [--trust FILE] [--bare]

A zipapp (PEP 441) that needs Python 3.11 and nothing else: no installation, no network, none of our house. It carries the
pure files of the checker and, unless `--bare`, the libraries of this very platform and Python (cryptography is compiled, and a
compiled file cannot be run out of an archive: the libraries lie in a folder of their own for as long as a check runs). On
another platform, or bare, it uses the libraries that are installed there, and names them when they are not.

With `--trust` the trust list is built in; `--trust` at the check goes before it. The same sources give the same bytes.
"""

import argparse
import io
import json
import sys
import sysconfig
import zipfile
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, files, version
from pathlib import Path
from typing import Final

from audit.check.trust import NoTrust, read_trust

_ROOT: Final = Path(__file__).parents[2]
_PURE: Final = ("audit/__init__.py", *(f"audit/log/{name}.py" for name in ("__init__", "tree", "note", "checkpoint")))
NEEDS: Final = ("cryptography", "pyHanko", "pypdf")  # what a stranger installs for the bare one
# What those stand on when they check; of pyHanko's own needs lxml is not used here.
LIBRARIES: Final = (
    *NEEDS, "pyhanko-certvalidator", "asn1crypto", "oscrypto", "uritools", "tzlocal", "certifi", "cffi", "pycparser", "aiohttp",
    "aiohappyeyeballs", "aiosignal", "attrs", "frozenlist", "idna", "multidict", "propcache", "yarl", "typing_extensions",
)  # fmt: skip
_MAIN: Final = '''"""The stranger's checker, in one file."""
import json, sys, sysconfig, tempfile, zipfile

if sys.version_info < (3, 11):
    sys.exit("needs Python 3.11 or later")


def main():
    with zipfile.ZipFile(sys.argv[0]) as own:
        built = json.loads(own.read("built.json"))
        here = [sysconfig.get_platform(), sys.implementation.cache_tag]
        if built["libraries"] and built["platform"] == here:
            with tempfile.TemporaryDirectory(prefix="checker-", ignore_cleanup_errors=True) as folder:
                own.extractall(folder, [name for name in own.namelist() if name.startswith("libraries/")])
                sys.path.insert(0, folder + "/libraries")
                return check()
    try:
        import cryptography, pyhanko, pypdf
    except ImportError as missing:
        print(f"{missing.name} is missing. Install what the checker stands on:", file=sys.stderr)
        print("  python -m pip install " + " ".join(built["needs"]), file=sys.stderr)
        return 2
    return check()


def check():
    from audit.check.cli import main
    return main()


sys.exit(main())
'''


def build(trust: bytes | None = None, *, bare: bool = False) -> bytes:
    """The checker's file. Raises `PackageNotFoundError` when a library is not installed here."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in sorted(_members(trust, bare)):
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return b"#!/usr/bin/env python3\n" + made.getvalue()


def _members(trust: bytes | None, bare: bool) -> Iterator[tuple[str, bytes]]:
    yield "__main__.py", _MAIN.encode()
    about = {
        "platform": [sysconfig.get_platform(), sys.implementation.cache_tag],
        "libraries": not bare,
        "needs": [f"{name}=={version(name)}" for name in NEEDS],
    }
    yield "built.json", json.dumps(about, indent=1).encode()
    for name in _PURE:
        yield name, (_ROOT / name).read_bytes()
    for path in (_ROOT / "audit" / "check").rglob("*.py"):
        if path != Path(__file__):
            yield path.relative_to(_ROOT).as_posix(), path.read_bytes()
    if trust is not None:
        yield "audit/check/trust.json", trust
    for library in () if bare else LIBRARIES:
        for file in files(library) or ():
            if ".." not in file.parts and "__pycache__" not in file.parts:
                yield f"libraries/{file.as_posix()}", file.read_binary()


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the file; 2 for a trust list that is none."""
    parser = argparse.ArgumentParser(prog="python -m audit.check.build", description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--trust", type=Path, help="the trust list to build in")
    parser.add_argument("--bare", action="store_true", help="without the libraries")
    given = parser.parse_args(arguments)
    try:
        if given.trust is not None:
            read_trust(given.trust)
        made = build(None if given.trust is None else given.trust.read_bytes(), bare=given.bare)
    except (NoTrust, PackageNotFoundError) as wrong:
        print(wrong, file=sys.stderr)
        return 2
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_bytes(made)
    given.out.chmod(0o755)
    print(f"{given.out}  {len(made):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
