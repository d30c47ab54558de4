"""Documents that are made from the code are as the code is now, because a map that lies is worse than none."""

import importlib
import re
from pathlib import Path

from admin.commands import docs
from tests.support import promises

ROOT = Path(__file__).parent.parent.parent


def test_the_catalogue_of_events_is_as_the_code_has_it() -> None:
    assert (ROOT / "docs" / "entries.md").read_text() == docs.entries(), "run `make docs`"


def test_the_map_is_as_the_code_has_it() -> None:
    assert (ROOT / "docs" / "map.md").read_text() == docs.tree(), "run `make docs`"


def test_every_setting_stands_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    assert docs.with_settings(readme) == readme, "run `make docs`"


def test_every_function_that_the_road_names_exists() -> None:
    named = re.findall(
        r"`((?:admin|govern|audit|reports|connectors)[\w.]+):(\w+)`", (ROOT / "docs" / "road.md").read_text()
    )
    assert len(named) >= 12
    for module, function in named:
        assert callable(getattr(importlib.import_module(module), function))


def test_every_document_that_a_document_points_at_is_there() -> None:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    missing = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text())
        if not (page.parent / target).exists()
    ]
    assert missing == []


def test_every_proof_of_a_promise_says_in_chinese_what_it_proves() -> None:
    files, chinese = list(promises.files()), re.compile("[\u4e00-\u9fff]")
    printed = promises.page()
    assert {number for file in files for number in file.promises} == set(promises.PROMISES)
    for file in files:
        assert file.promises, f"{file.name}: its docstring names no promise"
        assert file.proofs, f"{file.name}: no tests"
        assert f"tests/promises/{file.name}" in printed
        for line in (file.line, *(proof.line for proof in file.proofs)):
            assert chinese.search(line), f"{file.name}: {line!r}"
            assert line in printed
