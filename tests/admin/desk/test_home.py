"""A clerk's home page asks the database little: it is opened by everybody, all day."""

from typing import Any

from sqlalchemy import Engine, event

from tests.support.console import Browser

AT_MOST = 25


def test_the_clerks_home_asks_few_statements(clerk: Browser) -> None:
    clerk.get("/")  # what a process reads once is read
    asked: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if not statement.startswith("BEGIN"):
            asked.append(statement)

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        assert clerk.get("/").status_code == 200
    finally:
        event.remove(Engine, "before_cursor_execute", hear)
    assert 0 < len(asked) < AT_MOST, "\n".join(asked)
