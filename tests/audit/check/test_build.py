"""The checker in one file: what a stranger runs, with nothing of this house on the path."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from audit.check import build
from tests.support.pdf import SigningDesk
from tests.support.proven import trust_of


@pytest.fixture(scope="module")
def checker(checking_desk: SigningDesk, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built with its libraries and the desk's trust list, in a folder far from the sources."""
    folder = tmp_path_factory.mktemp("stranger")
    (folder / "believed.json").write_text(trust_of(checking_desk.folder))
    out = folder / "checker.pyz"
    assert build.main([str(out), "--trust", str(folder / "believed.json")]) == 0
    return out


def told(checker: Path, record: bytes, *more: str) -> tuple[int, str]:
    """Exit code and what is said, in a process without our packages, our folder and our environment."""
    path = checker.parent / "record.pdf"
    path.write_bytes(record)
    ran = subprocess.run(
        [sys.executable, "-I", "-S", str(checker), str(path), *more],
        cwd=checker.parent,
        env={},
        capture_output=True,
        text=True,
    )
    return ran.returncode, ran.stdout + ran.stderr


def test_it_believes_a_good_record_and_says_why_not_of_a_doctored_one(checker: Path, good: bytes) -> None:
    code, said = told(checker, good, "--json")
    assert (code, json.loads(said)["valid"]) == (0, True), said
    code, said = told(checker, good + b"\n", "--json")
    assert (code, json.loads(said)["valid"]) == (1, False), said


def test_it_holds_nothing_of_the_house_but_the_checker(checker: Path) -> None:
    listed = subprocess.run(
        [sys.executable, "-m", "zipfile", "-l", str(checker)], capture_output=True, text=True, check=True
    ).stdout
    ours = {line.split()[0] for line in listed.splitlines()[1:] if not line.startswith("libraries/")}
    assert {name.split("/")[0] for name in ours} == {"__main__.py", "built.json", "audit"}
    assert {"/".join(name.split("/")[:2]) for name in ours if name.startswith("audit/")} == {
        "audit/__init__.py", "audit/check", "audit/log",
    }  # fmt: skip


def test_the_same_sources_give_the_same_bytes(checker: Path) -> None:
    trust = (checker.parent / "believed.json").read_bytes()
    assert build.build(trust) == checker.read_bytes()


def test_a_trust_list_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "none.json").write_text("[]")
    assert build.main([str(tmp_path / "out.pyz"), "--trust", str(tmp_path / "none.json")]) == 2
    assert not (tmp_path / "out.pyz").exists()
