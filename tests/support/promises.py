"""`make promises`: the five promises with the tests that prove them, in Chinese, for a data owner to read; nothing is run.

What is printed is the first docstring line of each file and test in tests/promises. A file says in its docstring which
promise it proves ("Promise 4", "Promises 2 and 3"); a test that `make faults` alone runs is marked as long.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent.parent / "promises"
PROMISES: Final[Mapping[int, str]] = {
    1: "無憑據不查調：沒有先寫下的軌跡，就不向任何來源查調，也不顯示任何資料。",
    2: "不遺失不重複：每件查調都有唯一結局，不得重問的來源只被問一次。",
    3: "資料不落地：當事人的資料不以明文存放在任何地方，到期或登出即銷毀。",
    4: "不可竄改：過去的紀錄遭改寫、刪除或截短，一律發現。",
    5: "不逾權：沒有人看得到、做得到職權以外的事。",
}
_NAMED: Final = re.compile(r"\bPromises? (\d)(?:(?:,| and) (\d))*")


@dataclass(frozen=True, slots=True)
class Proof:
    """One test: its name, what it says in Chinese, and whether it is one of the long ones."""

    name: str
    line: str
    is_long: bool


@dataclass(frozen=True, slots=True)
class File:
    """A file of tests: which promises it proves, what it says in Chinese, its tests."""

    name: str
    promises: tuple[int, ...]
    line: str
    proofs: tuple[Proof, ...]


def files() -> Iterator[File]:
    """Every file of tests/promises, by name."""
    for path in sorted(FOLDER.glob("test_*.py")):
        tree = ast.parse(path.read_text())
        told = ast.get_docstring(tree) or ""
        named = _NAMED.search(told)
        yield File(
            name=path.name,
            promises=tuple(int(digit) for digit in re.findall(r"\d", named[0])) if named else (),
            line=_first(told),
            proofs=tuple(_proof(node) for node in tree.body if _is_test(node)),  # type: ignore[arg-type]
        )


def page() -> str:
    """The promises, each with its files and tests."""
    lines = [
        "公務資料查調平臺的五項承諾，以及證明各項承諾的測試",
        "（以`make test`執行；標有〔長〕者以`make faults`執行）",
    ]
    held = list(files())
    for number, promise in PROMISES.items():
        lines += ["", f"承諾{number}　{promise}"]
        for file in held:
            if number in file.promises:
                lines += ["", f"　　{file.line}", f"　　　　tests/promises/{file.name}"]
                lines += [f"　　　　・{'〔長〕' if proof.is_long else ''}{proof.line}" for proof in file.proofs]
    count = sum(len(file.proofs) for file in held)
    return "\n".join([*lines, "", f"共{len(held)}個檔案、{count}項測試。", ""])


def _is_test(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name.startswith("test_")


def _proof(node: ast.FunctionDef) -> Proof:
    marks = [ast.unparse(mark) for mark in node.decorator_list]
    return Proof(node.name, _first(ast.get_docstring(node) or ""), any("mark.faults" in mark for mark in marks))


def _first(docstring: str) -> str:
    return docstring.partition("\n")[0].strip()


if __name__ == "__main__":
    print(page(), end="")
