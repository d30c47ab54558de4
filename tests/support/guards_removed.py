"""One guard taken away in a copy of the tree, and whether its tests notice."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.support.guards import RULES, Mutant

ROOT: Final = Path(__file__).parent.parent.parent
_LEFT_OUT: Final = shutil.ignore_patterns(".*", "__pycache__", "var", "dist", "screenshots", "pictures", "results")
_PATIENCE_S: Final = 300


def copied(folder: Path) -> Path:
    """A copy of the tree to take guards away in."""
    shutil.copytree(ROOT, folder, ignore=_LEFT_OUT, dirs_exist_ok=True)
    return folder


def is_noticed(tree: Path, mutant: Mutant) -> bool:
    """Whether one of the mutant's tests fails in this copy; the copy is whole again afterwards.

    Tests that cannot even be collected or hang would notice nothing of the kind meant: that raises.
    """
    path = tree / mutant.file
    whole = path.read_text()
    try:
        path.write_text(whole.replace(mutant.guard, mutant.instead, 1))
        return not passes(tree, mutant.tests)
    finally:
        path.write_text(whole)


def passes(tree: Path, tests: Sequence[str]) -> bool:
    """Whether these tests pass in this copy. The rulebook's need none of the shared fixtures, and start sooner without."""
    alone = ["--noconftest"] if all(test.startswith(RULES) for test in tests) else []
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", *alone, *tests],
        cwd=tree,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        timeout=_PATIENCE_S,
        check=False,
    )
    if ran.returncode not in (0, 1):
        raise AssertionError(f"{' '.join(tests)} did not run: {ran.stdout[-800:]}{ran.stderr[-400:]}")
    return ran.returncode == 0
