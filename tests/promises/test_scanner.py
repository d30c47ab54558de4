"""掃描器自我檢驗：在每一種儲存處埋入每一種編碼的假資料，必須百分之百找到；漏掉任何一個，「資料不落地」的檢驗即不算數。

Promise 3 (SECURITY.md, P2). A search that cannot fail is not counted. A plain search finds a planted value in 2 of 16 forms.
"""

import os
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from redis import Redis
from weasyprint import HTML

from govern.queue import embedded
from tests.support import canary_plants
from tests.support.canary_databases import LARGE, raw_pages, sqlite_cells
from tests.support.canary_decoding import without_fonts
from tests.support.canary_plants import HOME, NAME, NUMBER, Pieces, a_font, plants
from tests.support.canary_postgresql import SearchedServer
from tests.support.canary_scanner import Scanner

TYPES = ("name", "string", "hash", "list", "set", "zset", "stream")


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    """A scanner that knows the three planted values, and a date and an amount."""
    return Scanner(
        {NUMBER: NUMBER},
        {NAME: NAME, HOME: HOME},
        {"1944-04-04": "date", "民國33年4月4日": "date", "7766554": "amount"},
    )


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The two real servers of a data folder."""
    folder = tmp_path_factory.mktemp("plants")
    with embedded.start(folder):
        yield folder


def missed(
    scanner: Scanner, hide: Callable[[bytes], Pieces], *, no_zeros: bool = False, at_most: int = 1 << 30
) -> list[str]:
    """Which planted values were not found, by value and form; prints how many there were."""
    tried, lost = 0, []
    for value, form, planted in plants():
        if (no_zeros and b"\0" in planted) or len(planted) > at_most:
            continue
        tried += 1
        found = [each.label for name, piece in hide(planted) for each in scanner.look(name, piece)]
        if not any(label.startswith(value) for label in found):
            lost.append(f"{value} as {form}")
    print(f"\nN: {tried} planted, {len(lost)} missed")
    assert tried >= 35
    return lost


def test_every_form_is_found_in_a_file_and_the_plain_search_finds_few(scanner: Scanner, tmp_path: Path) -> None:
    """一般檔案：全部找到；而單純的文字搜尋只找到極少數。"""
    assert missed(scanner, lambda planted: canary_plants.in_a_file(planted, tmp_path)) == []
    numbers = [planted for value, _, planted in plants() if value == NUMBER]
    assert sum(NUMBER.encode() in planted for planted in numbers) <= len(numbers) // 4


@pytest.mark.parametrize("place", ["in_a_cell", "in_a_free_page", "in_the_wal"])
def test_every_form_is_found_in_a_database(scanner: Scanner, tmp_path: Path, place: str) -> None:
    """資料庫：跨頁的儲存格、已刪除資料的殘頁、預寫日誌。"""
    places = iter(range(10_000))

    def hide(planted: bytes) -> Pieces:
        folder = tmp_path / str(next(places))
        folder.mkdir()
        hidden: Pieces = getattr(canary_plants, place)(planted, folder)
        return hidden

    assert missed(scanner, hide) == []


@pytest.mark.parametrize("server", ["queue", "answers"])
@pytest.mark.parametrize("kind", TYPES)
def test_every_form_is_found_in_valkeys_memory(scanner: Scanner, servers: Path, server: str, kind: str) -> None:
    """Valkey 記憶體：每一種資料型態與鍵名。"""
    address = embedded.queue_address if server == "queue" else embedded.answers_address
    client = Redis.from_url(address(servers))
    try:
        assert missed(scanner, lambda planted: canary_plants.in_valkey(planted, client, kind)) == []
    finally:
        client.close()


def test_every_form_that_it_keeps_is_found_in_valkeys_slow_log(scanner: Scanner, servers: Path) -> None:
    """Valkey慢查詢紀錄（每個參數僅保留128位元組）。"""
    with Redis.from_url(embedded.queue_address(servers)) as client:
        hide = lambda planted: canary_plants.in_valkey(planted, client, "slow log")  # noqa: E731
        assert missed(scanner, hide, at_most=128) == []


def test_every_form_is_found_in_the_queues_files(scanner: Scanner, servers: Path) -> None:
    """Valkey 檔案：附加檔與傾印檔（LZF 壓縮）。"""
    client = Redis.from_url(embedded.queue_address(servers))
    kept = Path(client.config_get("dir")["dir"])
    try:
        for number in (0, 1):  # each file by itself
            lost = missed(scanner, lambda planted: [canary_plants.in_the_queues_files(planted, client, kept)[number]])  # noqa: B023
            assert lost == [], ("append-only file", "dump file")[number]
    finally:
        client.close()


def test_a_value_that_valkey_packs_itself_is_found_where_a_plain_search_sees_nothing(
    scanner: Scanner, servers: Path
) -> None:
    """Valkey 自行壓縮的字串：一般搜尋看不見，掃描器看得見。"""
    client = Redis.from_url(embedded.queue_address(servers))
    kept = Path(client.config_get("dir")["dir"])
    text = f"{NUMBER[:6]}..{NAME[:2]}..{'=' * 200}{NUMBER} {NAME} {'=' * 200}".encode()
    _, (_, dumped) = canary_plants.in_the_queues_files(text, client, kept)
    client.close()
    assert NUMBER.encode() not in dumped
    assert {NUMBER, NAME} <= {found.label for found in scanner.look("dump", dumped)}


def test_every_form_is_found_in_postgresqls_files(scanner: Scanner, postgresql_template: str | None) -> None:
    """PostgreSQL：資料頁與預寫日誌的原始檔。"""
    if postgresql_template is None:
        pytest.skip("no PostgreSQL server can be started here")
    held = list(plants())
    with psycopg.connect(postgresql_template, autocommit=True) as connection:
        connection.execute("CREATE DATABASE planted")
    with psycopg.connect(postgresql_template.replace("/postgres", "/planted"), autocommit=True) as connection:
        pages, written = canary_plants.in_postgresql(connection, [planted for _, _, planted in held])
    assert len(pages) == len(held)
    cut = 0
    for (value, form, planted), page in zip(held, pages, strict=True):
        assert any(found.label.startswith(value) for found in scanner.look("heap", page)), f"{value} as {form}, heap"
        at = written.find(planted)
        if at < 0:  # its record was cut by the log's own pages, as every hundredth is
            cut += 1
            continue
        beside = written[max(0, at - 500) : at + len(planted) + 500]
        assert any(found.label.startswith(value) for found in scanner.look("wal", beside)), f"{value} as {form}, log"
    assert cut <= len(held) // 10


def test_a_running_statement_of_postgresql_is_seen(scanner: Scanner, postgresql_template: str | None) -> None:
    """PostgreSQL：執行中的查詢文字。"""
    if postgresql_template is None:
        pytest.skip("no PostgreSQL server can be started here")
    with psycopg.connect(postgresql_template, autocommit=True) as connection:
        connection.execute(f"SELECT '{NUMBER} {NAME}' WHERE 1 = 2")  # the last statement of whoever is idle
        seen = list(SearchedServer(postgresql_template, Path("/nowhere")).activity())
    assert {found.label for name, piece in seen for found in scanner.look(name, piece)} == {NUMBER, NAME}


def test_what_lies_beside_a_large_value_is_found_and_its_stretches_are_left_aside(
    scanner: Scanner, tmp_path: Path
) -> None:
    """大型儲存格（如紀錄檔）的各頁略過，其前後與殘頁仍逐一搜尋。"""
    path = tmp_path / "large.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("PRAGMA secure_delete=OFF; CREATE TABLE kept (value)")
        for value in (os.urandom(300_000), f"deleted {NUMBER}".encode(), os.urandom(300_000) + NAME.encode()):
            connection.execute("INSERT INTO kept VALUES (?)", (value,))
        connection.commit()
        connection.execute("DELETE FROM kept WHERE length(value) < 1000")
        connection.commit()
    large = [cell for _, cell in sqlite_cells(path) if len(cell) >= LARGE]
    raw = path.read_bytes()
    assert len(large) == 2
    assert len(list(raw_pages(raw, large))) < len(list(raw_pages(raw))) // 10
    places = {found.label: found.place for found in scanner.look_at_file(path, "file")}
    assert places == {NUMBER: "file", NAME: "file:kept"}


def test_only_a_whole_font_is_left_aside_in_a_pdf_and_never_its_names(scanner: Scanner) -> None:
    """PDF：僅略過完整的字型輪廓；冒充字型的內容與字型的名稱欄一律搜尋。"""
    packed = HTML(string=f"<p style='font-family: Noto Sans CJK TC'>{NAME}").write_pdf()
    assert len(without_fonts(packed)) < len(packed)
    for font, is_found in (
        (b"OTTO" + NUMBER.encode() * 9, True),
        (a_font(name=NUMBER.encode()), True),
        (a_font(name=b""), False),
    ):
        hidden = b"%PDF-1.7\n1 0 obj\nstream\n" + zlib.compress(font) + b"\nendstream\nendobj\n%%EOF"
        assert bool(scanner.look("pdf", hidden)) is is_found


@pytest.mark.parametrize("where", ["title", "environment", "open file"])
def test_every_form_is_found_in_a_process(scanner: Scanner, where: str) -> None:
    """行程：標題、環境變數、已刪除但仍開啟的暫存檔。"""
    hide = lambda planted: canary_plants.in_a_process(planted, where)  # noqa: E731
    assert missed(scanner, hide, no_zeros=where != "open file") == []


def test_a_text_set_in_a_cut_font_of_a_real_pdf_is_found(scanner: Scanner) -> None:
    """PDF：子集字型重新編碼的內文。"""
    pdf = HTML(string=f"<p>{NAME}<p>{NUMBER}<p>{HOME}").write_pdf()
    assert NUMBER.encode() not in pdf
    assert {NUMBER, NAME, HOME} <= {found.label for found in scanner.look("pdf", pdf)}


def test_dates_and_amounts_are_found_as_words_of_their_own(scanner: Scanner) -> None:
    """出生日期與金額：獨立成詞才算，避免誤報。"""
    text = '{"born": "1944-04-04T00:00", "on": "民國33年4月4日", "savings": 7766554}'.encode()
    assert {found.label for found in scanner.look("json", text)} == {"date", "amount"}
    assert scanner.look("others", b"a7766554f 17766554 11944-04-04 1944-04-045") == []


def test_what_is_only_like_a_value_is_not_found(scanner: Scanner) -> None:
    """相近但不同的值不誤報。"""
    others = "F131234560 F13123456 歐陽測試 虛構區測試路三段7巷8號二樓".encode()
    assert scanner.look("others", others) == []
