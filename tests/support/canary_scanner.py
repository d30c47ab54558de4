"""The canary scanner: looks for values of invented people in bytes, files, databases, Valkey servers and processes.

Every layer of every disguise (`canary_decoding`) is read as UTF-8 and as UTF-16, and searched in one spelling: capitals,
half-width, without spaces, line ends and dashes. Numbers of people are also searched as unkeyed SHA-256 and MD5, which
anybody could try out. What is found names the value by its label, the place, and the way to it; never the value.
"""

import hashlib
import os
import re
import unicodedata
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from redis import Redis
from redis.exceptions import ResponseError

from tests.support.canary_databases import LARGE, is_database, raw_pages, sqlite_cells
from tests.support.canary_decoding import DECODERS, pdf_text, without_fonts

DEPTH = 4  # a JSON in a base64 in a zlib in a file is three
_DROPPED_BYTES = bytes({*range(0x21), 0x7F, *b"-_."})
_CAPITALS = bytes.maketrans(bytes(range(97, 123)), bytes(range(65, 91)))
_DROPPED = re.compile("[\u00a0\u00ad\u200b-\u200f\u2010-\u2015\u2028\u2029\u2060\u3000\ufeff\uff0d\uff3f\uff0e]+")
_OTHER_FORMS = re.compile("[\u2070-\u209f\u2460-\u24ff\u2f00-\u2fdf\uf900-\ufaff\uff01-\uff5e\U0001d400-\U0001d7ff]+")
_NUMBER = re.compile(rb"(?<![0-9A-Za-z])[0-9]{7,16}(?![0-9A-Za-z])")
_DATE = re.compile(rb"(?<![0-9])[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])")
_FOUR = re.compile(rb"[0-9]{4}")
_EIGHT = re.compile("[0-9]{8}")
_ROC = "民國".encode()
_ROC_DATE = re.compile("民國[0-9]{1,3}年[0-9]{1,2}月[0-9]{1,2}日".encode())
_PERSON = (re.compile("[A-Z][0-9]{9}"), re.compile("[A-Z][A-D][0-9]{8}"))
_UTF_16 = ("utf-16-le", "utf-16-be")
PROGRAM = Path(__file__).parent.parent.parent


@dataclass(frozen=True, slots=True)
class Found:
    """A value in a place, and through which layers it was found there."""

    label: str
    place: str
    way: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.label} in {self.place} ({' < '.join(reversed(self.way)) or 'in clear'})"


@dataclass(slots=True)
class Scanner:
    """Knows the values; `look` says which of them stand in some bytes, in whatever form."""

    persons: Mapping[str, str]
    """Numbers of people, to their labels."""
    texts: Mapping[str, str]
    """Names, addresses, plates: unlike anything else, searched anywhere."""
    tokens: Mapping[str, str]
    """Amounts, numbers and dates, searched as words of their own."""
    bytes_seen: int = 0
    _spelled: dict[str, str] = field(default_factory=dict)
    _digests: dict[bytes, str] = field(default_factory=dict)
    _heads: frozenset[int] = frozenset()
    _plain_digests: dict[bytes, str] = field(default_factory=dict)
    """Those that chance made of ASCII alone: in what is ASCII, no other can stand."""
    _pattern: re.Pattern[str] = field(default=re.compile("$^"))
    _known: dict[tuple[bytes, int], tuple[tuple[str, tuple[str, ...]], ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._spelled = {spelled(text): label for text, label in self.texts.items()}
        self._pattern = re.compile(_tree(sorted(self._spelled)) if self._spelled else "$^")
        for number, label in self.persons.items():
            for text in (number, number.lower()):
                for kind in ("sha256", "md5"):
                    self._digests[hashlib.new(kind, text.encode(), usedforsecurity=False).digest()] = f"{label} {kind}"
        self._plain_digests = {digest: label for digest, label in self._digests.items() if digest.isascii()}
        words = (digest[at : at + 4] for digest in self._digests for at in range(4))
        self._heads = frozenset(int.from_bytes(word, "little") for word in words)

    def look(self, place: str, data: bytes) -> list[Found]:
        """Every known value in these bytes, each once for each way to it."""
        self.bytes_seen += len(data)
        return [Found(label, place, way) for label, way in self._search(data, DEPTH)]

    def look_at_file(self, path: Path, place: str) -> list[Found]:
        """A file's name and its bytes as they lie on disk; of a SQLite file also every cell, since pages cut values."""
        found = self.look(f"{place} (name)", str(path.name).encode())
        database = path.with_name(path.name.removesuffix("-wal"))
        if not is_database(path):
            return found + self.look(place, path.read_bytes())
        cells = list(sqlite_cells(database))
        for page in raw_pages(path.read_bytes(), [cell for _, cell in cells if len(cell) >= LARGE]):
            found += self.look(place, page)
        if path == database:
            for name, cell in cells:
                found += self.look(f"{place}:{name}", cell)
        return found

    def look_through(self, folder: Path) -> list[Found]:
        """Every file below a folder."""
        found = []
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                found += self.look_at_file(path, str(path.relative_to(folder)))
        return found

    def _search(self, piece: bytes, depth: int) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Values in a piece and in what it holds packed, with the way down. The same piece is searched once."""
        key = (hashlib.blake2b(piece, digest_size=16).digest(), depth)
        if key not in self._known:
            self._known[key] = ()  # what unpacks to itself holds nothing more
            bare = without_fonts(piece)
            found = dict.fromkeys((label, ()) for label in self._in_piece(bare))
            if depth:
                for name, decode in DECODERS.items():
                    for inner in filter(None, decode(piece if decode is pdf_text else bare)):
                        found |= {(label, (name, *way)): None for label, way in self._search(inner, depth - 1)}
            self._known[key] = tuple(found)
        return self._known[key]

    def _in_piece(self, piece: bytes) -> Iterator[str]:
        patterns = (
            [_NUMBER, _DATE] if _FOUR.search(piece) else []
        )  # what is packed or sealed seldom has four digits in a row
        for pattern in [*patterns, _ROC_DATE] if _ROC in piece else patterns:
            words = {word.decode() for word in pattern.findall(piece)}
            yield from (self.tokens[word] for word in words & self.tokens.keys())
        # What is dropped takes the zeros out of UTF-16 too, so that only its Chinese is left to be read as such.
        yield from self._in_text(_close(piece.translate(_CAPITALS, _DROPPED_BYTES).decode("utf-8", "replace")))
        if len(piece) >= 6:
            for encoding in _UTF_16:
                for start in (0, 1):
                    yield from self._chinese_in(piece[start:].decode(encoding, "ignore"))
        yield from self._digests_in(piece)

    def _in_text(self, text: str) -> Iterator[str]:
        for pattern in _PERSON if _EIGHT.search(text) else ():
            yield from (self.persons[number] for number in set(pattern.findall(text)) & self.persons.keys())
        yield from self._chinese_in(text)

    def _chinese_in(self, text: str) -> Iterator[str]:
        yield from (self._spelled[match[0]] for match in self._pattern.finditer(text))

    def _digests_in(self, piece: bytes) -> Iterator[str]:
        """Unkeyed digests, as bytes; what was written in hexadecimal comes by as a layer of its own."""
        if piece.isascii():
            yield from (label for digest, label in self._plain_digests.items() if digest in piece)
            return
        words = array(
            "I", piece[: len(piece) // 4 * 4]
        )  # wherever a digest begins, one of its first four is among them
        for head in self._heads.intersection(words):
            word = head.to_bytes(4, "little")
            yield from (label for digest, label in self._digests.items() if word in digest[:7] and digest in piece)


def spelled(text: str) -> str:
    """A text in the one spelling in which it is searched."""
    return _close(text.encode().translate(_CAPITALS, _DROPPED_BYTES).decode())


def _close(text: str) -> str:
    """A text that has lost ASCII's spaces and small letters loses the others' too, and every second form of a letter."""
    if text.isascii():
        return text
    plain = _OTHER_FORMS.sub(lambda found: unicodedata.normalize("NFKC", found[0]).upper(), text)
    return _DROPPED.sub("", plain).replace("台", "臺")


def _tree(texts: list[str]) -> str:
    """A pattern that takes any of the sorted texts, the longest first, branching once a letter."""
    ends = bool(texts) and texts[0] == ""
    branches: dict[str, list[str]] = {}
    for text in texts[1:] if ends else texts:
        branches.setdefault(text[0], []).append(text[1:])
    inner = "|".join(re.escape(first) + _tree(rest) for first, rest in branches.items())
    if not inner:
        return ""
    return f"(?:{inner}){'?' if ends else ''}" if ends or len(branches) > 1 else inner


def valkey_contents(client: Redis, known: Collection[bytes] = ()) -> Iterator[tuple[str, bytes]]:
    """Every key of every type with its name, its values and its DUMP; the slow log, and what clients are called.

    Keys that are `known`, and written once, are passed over.
    """
    for key in client.scan_iter(count=1000):
        if key in known:
            continue
        name = key.decode("utf-8", "replace")
        try:
            kind = client.type(key).decode()
            values, dump = _values(client, key, kind), client.dump(key)
        except ResponseError:
            continue  # it changed its type in between: the next snapshot has it
        yield f"{kind} {name}", b"|".join([key, *values])
        if dump:
            yield f"{kind} {name} (dump)", dump
    yield "slowlog", b"|".join([b"took long:", *(entry["command"] for entry in client.slowlog_get(1000))])
    yield "clients", repr(client.client_list()).encode()


def _values(client: Redis, key: bytes, kind: str) -> list[bytes]:
    match kind:
        case "string":
            return [client.get(key) or b""]
        case "hash":
            return [each for pair in client.hgetall(key).items() for each in pair]
        case "list":
            return list(client.lrange(key, 0, -1))
        case "set":
            return list(client.smembers(key))
        case "zset":
            return list(client.zrange(key, 0, -1))
        case "stream":
            return [each for _, pairs in client.xrange(key) for pair in pairs.items() for each in pair]
    return []


def process_contents(pid: int, but: Path) -> Iterator[tuple[str, bytes]]:
    """A process' title, environment, and the files it holds open in temporary folders, deleted ones too.

    Those below `but` are left out: a folder that is searched itself. So is the program's own text while it is imported,
    wherever the checkout lies.
    """
    for name in ("cmdline", "environ", "comm"):
        try:
            yield name, Path(f"/proc/{pid}/{name}").read_bytes()
        except OSError:
            continue
    for handle in _listed(f"/proc/{pid}/fd"):
        path = f"/proc/{pid}/fd/{handle}"
        try:
            target = os.readlink(path)
            is_temporary = target.startswith(("/tmp/", "/var/tmp/", "/dev/shm/", "/memfd:"))
            if is_temporary and not target.startswith((f"{but}/", f"{PROGRAM}/")) and os.path.isfile(path):
                yield f"open file {target}", Path(path).read_bytes()
        except OSError:
            continue


def family(pid: int) -> list[int]:
    """A process and all below it."""
    found = [pid]
    for task in _listed(f"/proc/{pid}/task"):
        try:
            children = Path(f"/proc/{pid}/task/{task}/children").read_text().split()
        except OSError:
            continue
        for child in children:
            found += family(int(child))
    return found


def _listed(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def all_of(scanner: Scanner, contents: Iterable[tuple[str, bytes]], place: str) -> list[Found]:
    """What stands in named pieces of one place."""
    return [found for name, data in contents for found in scanner.look(f"{place}: {name}", data)]
