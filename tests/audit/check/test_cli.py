"""The checker's command: exit codes, words and JSON, and that it stands alone."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from audit.check.cli import main
from audit.check.trust import NoTrust, find_trust, parse_trust
from tests.support.pdf import SigningDesk
from tests.support.proven import trust_of

ROOT = Path(__file__).parents[3]


@pytest.fixture
def trust_file(checking_desk: SigningDesk, tmp_path: Path) -> Path:
    path = tmp_path / "believed.json"
    path.write_text(trust_of(checking_desk.folder))
    return path


@pytest.fixture
def record_file(good: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "record.pdf"
    path.write_bytes(good)
    return path


def test_a_valid_record_exits_0(record_file: Path, trust_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(record_file), "--trust", str(trust_file)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("有效 VALID")
    assert "否" not in said


def test_an_invalid_one_exits_1_and_says_why_in_both_languages(
    record_file: Path, trust_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record_file.write_bytes(record_file.read_bytes() + b"\n")
    assert main([str(record_file), "--trust", str(trust_file)]) == 1
    said = capsys.readouterr().out
    assert said.startswith("無效 NOT VALID")
    assert "被附加了資料" in said
    assert "Bytes were appended" in said


def test_json_is_one_line(record_file: Path, trust_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(record_file), "--trust", str(trust_file), "--json"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    said = json.loads(line)
    assert said["valid"] is True
    assert set(said["claims"]) == {
        "signed", "stamped", "whole", "signed_off", "in_log", "drawn", "text_is_data",
    }  # fmt: skip
    assert said["reasons"] == []


@pytest.mark.parametrize("arguments", [[], ["a.pdf", "b.pdf"], ["a.pdf", "--unknown"]])
def test_wrong_use_exits_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2


def test_a_file_that_is_not_there_exits_2(trust_file: Path, tmp_path: Path) -> None:
    assert main([str(tmp_path / "none.pdf"), "--trust", str(trust_file)]) == 2


def test_without_a_trust_list_it_exits_2(record_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOVERN_DATA_DIR", str(tmp_path / "empty"))
    assert main([str(record_file)]) == 2
    assert main([str(record_file), "--trust", str(tmp_path / "none.json")]) == 2


def test_the_data_folders_list_is_used_when_none_is_given(
    record_file: Path, trust_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "trust.json").write_text(trust_file.read_text())
    monkeypatch.setenv("GOVERN_DATA_DIR", str(tmp_path / "data"))
    assert main([str(record_file)]) == 0


@pytest.mark.parametrize(
    "change",
    [
        {"record_authorities": []},
        {"record_authorities": ["no certificate"]},
        {"record_authorities": ["-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]},
        {"time_stamp_authorities": "text"},
        {"log_key": "name+00000000+AAAA"},
        {"log_origin": ""},
        {"more": 1},
    ],
)
def test_a_trust_list_with_something_wrong_is_no_list(checking_desk: SigningDesk, change: dict[str, object]) -> None:
    listed = json.loads(trust_of(checking_desk.folder)) | change
    with pytest.raises(NoTrust):
        parse_trust(json.dumps(listed).encode())


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b"\xff"])
def test_what_is_no_json_object_is_no_trust_list(raw: bytes) -> None:
    with pytest.raises(NoTrust):
        parse_trust(raw)


def test_a_list_that_is_named_is_the_one_that_counts(trust_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOVERN_DATA_DIR", "/nonexistent")
    assert find_trust(trust_file).log_origin == "govern.example/log"


def test_the_checker_runs_where_nothing_of_the_house_can_be_imported(
    record_file: Path, trust_file: Path, tmp_path: Path
) -> None:
    """Only audit/check and the pure files of audit/log are there; a database library would be an error."""
    alone = tmp_path / "alone"
    for name in ("audit/__init__.py", "audit/log/__init__.py"):
        (alone / name).parent.mkdir(parents=True, exist_ok=True)
        (alone / name).write_bytes((ROOT / name).read_bytes())
    for path in [
        *(ROOT / "audit/check").rglob("*.py"),
        *(ROOT / f"audit/log/{n}.py" for n in ("tree", "note", "checkpoint")),
    ]:
        target = alone / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    (alone / "sqlalchemy.py").write_text("raise ImportError('the checker asks for a database')\n")
    done = subprocess.run(
        [sys.executable, "-m", "audit.check", str(record_file), "--trust", str(trust_file), "--json"],
        cwd=alone,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(alone)},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert json.loads(done.stdout)["valid"] is True
