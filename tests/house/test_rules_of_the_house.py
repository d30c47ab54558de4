"""The rules of the house as tests, each with its because (docs/decisions/0001)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
ROOMS = ("connectors", "govern", "audit", "reports", "admin")
FILES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
LONGEST_FILE = 350
LONGEST_FUNCTION = 60


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in FILES:
        yield path, ast.parse(path.read_text())


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_only_one_file_commits_because_a_use_case_is_one_transaction() -> None:
    found = [name_of(path) for path in FILES if re.search(r"\.commit\(", path.read_text())]
    assert found == []  # transaction() commits by `session.begin()`
    begins = [name_of(path) for path in FILES if re.search(r"\.begin\(\)", path.read_text())]
    assert begins == ["govern/core/database.py"]


def test_no_room_stands_at_a_point_because_only_a_test_may_stop_a_look_up() -> None:
    assert [name_of(path) for path in FILES if "when_passing" in path.read_text()] == ["govern/core/points.py"]


def test_a_permit_is_made_in_one_file_because_whoever_holds_one_may_ask() -> None:
    found = [
        name_of(path)
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Permit"
    ]
    assert set(found) == {"govern/rules/decision.py"}


def test_evidence_is_made_in_one_file_because_it_stands_for_a_committed_entry() -> None:
    found = [
        name_of(path)
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Evidence"
    ]
    assert set(found) == {"govern/trail/append.py"}


def test_nothing_is_imported_inside_a_function_because_the_floors_are_held_by_imports() -> None:
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path, tree in trees()
        for function in functions(tree)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert found == []


def test_nothing_is_imported_by_star_because_a_reader_must_see_where_a_name_comes_from() -> None:
    found = [
        name_of(path)
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names)
    ]
    assert found == []


def test_every_file_says_what_it_is_because_the_map_is_made_of_it() -> None:
    assert [name_of(path) for path, tree in trees() if not ast.get_docstring(tree)] == []


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_can_be_held_in_the_head(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= LONGEST_FILE
    too_long = [
        f"{function.name}: {function.end_lineno - function.lineno + 1}"
        for function in functions(ast.parse(text))
        if function.end_lineno is not None and function.end_lineno - function.lineno >= LONGEST_FUNCTION
    ]
    assert too_long == []


def test_no_name_of_a_file_hides_what_it_holds() -> None:
    hiding = {"utils", "helpers", "common", "misc", "base", "manager", "service", "handler", "impl"}
    assert [name_of(path) for path in FILES if path.stem in hiding] == []


def test_every_wording_has_both_languages_because_people_read_either() -> None:
    found = []
    for path, tree in trees():
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Wording"):
                continue
            texts = [*node.args, *(keyword.value for keyword in node.keywords)]
            if len(texts) != 2 or any(isinstance(text, ast.Constant) and not text.value for text in texts):
                found.append(f"{name_of(path)}:{node.lineno}")
    assert found == []


def test_every_text_of_a_template_has_both_languages() -> None:
    found = []
    for path in sorted((ROOT / "admin" / "templates").rglob("*.html")):
        for call in re.finditer(r"\bt\(\s*(\"[^\"]*\"|'[^']*')\s*(,\s*(\"[^\"]*\"|'[^']*'))?", path.read_text()):
            zh, en = call.group(1)[1:-1], (call.group(3) or '""')[1:-1]
            if not zh.strip() or not en.strip():
                found.append(f"{name_of(path)}: {call.group(0)}")
    assert found == []


def test_dangerous_calls_are_in_no_file() -> None:
    dangerous = re.compile(
        r"pickle\.loads|AutoAddPolicy|verify=False|yaml\.load\((?![^)]*SafeLoader)|shell=True|eval\(|\bexec\("
    )
    found = [f"{name_of(path)}: {hit.group(0)}" for path in FILES for hit in dangerous.finditer(path.read_text())]
    assert found == []
