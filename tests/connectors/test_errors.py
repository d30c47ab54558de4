"""SourceError and its kinds carry codes and nothing else."""

import ast
import pickle
from pathlib import Path

import pytest

from connectors import errors
from connectors.errors import KINDS, Refused, SourceError, TimedOut, Unreachable, Unreadable

ROOM = Path(errors.__file__).parent


def test_there_are_six_kinds() -> None:
    assert set(KINDS) == {"unreachable", "timed_out", "refused", "unreadable", "too_much", "misconfigured"}
    assert all(issubclass(kind, SourceError) and kind.code == code for code, kind in KINDS.items())


def test_a_text_that_is_no_known_detail_is_not_kept() -> None:
    error = Unreadable("A900000018 is not valid")
    assert (error.detail, str(error), error.args) == ("unspecified", "unreadable: unspecified", ("unspecified",))


def test_unreachable_means_that_nothing_has_left() -> None:
    assert Unreachable("no_route").never_left
    assert not TimedOut("deadline").never_left


def test_asking_again_can_help_only_where_it_can() -> None:
    assert Unreachable("connection_refused").can_retry
    assert TimedOut("deadline").can_retry
    assert Refused("busy").can_retry
    assert not Refused("credentials").can_retry
    assert not Unreadable("schema").can_retry


def test_an_error_survives_the_way_to_another_process() -> None:
    sent = TimedOut("deadline", never_left=True)
    came = pickle.loads(pickle.dumps(sent))  # noqa: S301 - our own
    assert (type(came), came.detail, came.never_left) == (TimedOut, "deadline", True)


@pytest.mark.parametrize("path", sorted(ROOM.glob("*.py")), ids=lambda path: path.stem)
def test_every_detail_that_the_room_names_is_known_to_its_kind(path: Path) -> None:
    names = {kind.__name__: kind for kind in KINDS.values()}
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names):
            continue
        if node.args:
            assert _texts(node.args[0]) <= names[node.func.id].details, f"{path.name}:{node.lineno}"


def _texts(node: ast.expr) -> set[object]:
    """What an argument can be: a text, either branch of a conditional; other expressions are checked by the tests."""
    if isinstance(node, ast.IfExp):
        return _texts(node.body) | _texts(node.orelse)
    return {node.value} if isinstance(node, ast.Constant) else set()
