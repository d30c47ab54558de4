"""in_log of a period: what the record says happened is what proven entries say, each kind held against its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from audit.check.claim import ClaimFailed
from audit.check.log import Proven
from audit.check.moments import instant
from audit.log.tree import leaf_hash, root

_SUBMISSION_TAKES: Final = timedelta(minutes=1)
_A_MOMENT: Final = timedelta(seconds=5)  # an act's own time, and its entry's


@dataclass(frozen=True, slots=True)
class Ledger:
    """The proven entries of a record, by number."""

    entries: Mapping[int, Proven]

    def entry(self, number: object, *kinds: str) -> Proven:
        """The entry of a number, of one of these kinds. Raises `ClaimFailed`."""
        found = self.entries.get(number) if type(number) is int else None
        if found is None:
            raise ClaimFailed("entries_incomplete", str(number))
        if kinds and found.columns["kind"] not in kinds:
            raise ClaimFailed("entry_is_another", str(number))
        return found

    def about(self, kind: str, identity: object) -> list[Proven]:
        """All entries of a kind about one thing, in order."""
        return [
            entry
            for _, entry in sorted(self.entries.items())
            if entry.columns["kind"] == kind and entry.columns["about_id"] == identity
        ]


def must_agree_with_log(data: Mapping[str, Any], ledger: Ledger) -> None:
    """Freeze, samples, verdicts, reveals, findings and re-openings are those of their entries. Raises `ClaimFailed`."""
    _freeze(data, ledger)
    people = {each["id"]: each for each in data["people"]}
    judgements = _judgements(ledger)
    for sample in data["samples"]:
        _asked_and_ended(data, sample, people, ledger)
        _judged(data, sample, judgements.get(sample["id"], []), ledger)
    for finding in data["findings"]:
        _finding(data, finding, ledger)
    _must_tell_all(data, ledger)
    for reopening in data["reopenings"]:
        columns = ledger.entry(reopening["entry"], "reopened").columns
        details = ledger.entries[reopening["entry"]].details
        must_equal("reopenings", columns["about_id"], data["period"]["id"])
        must_equal(
            "reopenings", (details["round"], list(details["samples"])), (reopening["round"], reopening["samples"])
        )
        must_equal("reopenings", _hexadecimal(columns["text_commitment"]), reopening["reason_commitment"])


def _must_tell_all(data: Mapping[str, Any], ledger: Ledger) -> None:
    """Every finding, sign-off and re-opening of the period that is among the entries stands in the record too."""
    identity = data["period"]["id"]
    told = {
        "finding_opened": [each["opened_entry"] for each in data["findings"]],
        "signed_off": [each["entry"] for each in data["sign_offs"]],
        "reopened": [each["entry"] for each in data["reopenings"]],
    }
    for number, entry in ledger.entries.items():
        kind = entry.columns["kind"]
        about = entry.details.get("period") if kind == "finding_opened" else entry.columns["about_id"]
        if kind in told and about == identity and number not in told[kind]:
            raise ClaimFailed("log_says_otherwise", kind)


def must_equal(what: str, log_says: object, record_says: object) -> None:
    """The log and the record say the same, in the same type. Raises `ClaimFailed`."""
    if type(log_says) is not type(record_says) or log_says != record_says:
        raise ClaimFailed("log_says_otherwise", what)


def must_be_at(what: str, log_says: datetime, record_says: str, within: timedelta = _A_MOMENT) -> None:
    """The entry was written when the record says that it happened. Raises `ClaimFailed`."""
    if abs(instant(record_says) - log_says) > within:
        raise ClaimFailed("log_says_otherwise", what)


def _freeze(data: Mapping[str, Any], ledger: Ledger) -> None:
    frozen, period, plan = data["frozen"], data["period"], data["plan"]
    entry = ledger.entry(frozen["entry"], "frozen")
    details = entry.details
    stated = {
        "period": (entry.columns["about_id"], period["id"]),
        "owner": (entry.columns["owner"], period["owner"]),
        "agency": (details["auditing_agency"], period["agency"]),
        "month": (details["month"], period["month"]),
        "plan": (details["plan"], plan["id"]),
        "ratio": (details["ratio"], plan["ratio"]),
        "floor": (details["floor"], plan["floor"]),
        "items": (list(details.get("items", [])), list(plan["items"])),
        "kinship": (details["is_kinship"], plan["is_kinship"]),
        "other_party": (details.get("other_party"), plan["other_party"]),
        "from_size": (details["from_size"], frozen["from_size"]),
        "to_size": (details["to_size"], frozen["to_size"]),
        "population": (details["population"], frozen["population"]),
        "root": (details["root"], frozen["root"]),
        "checkpoint": (frozen["to_size"], frozen["checkpoint"]["size"]),
    }
    for what, (log_says, record_says) in stated.items():
        must_equal(what, log_says, record_says)
    must_be_at("frozen", entry.columns["at"], frozen["at"])
    if not 0 <= frozen["from_size"] <= frozen["to_size"] <= data["checkpoint"]["size"]:
        raise ClaimFailed("log_says_otherwise", "sizes")
    closed = ledger.about("month_closed", period["month"])
    if len(closed) != 1 or closed[0].number < entry.number:
        raise ClaimFailed("entries_incomplete", "month_closed")
    sizes = (closed[0].details["from_size"], closed[0].details["to_size"])
    must_equal("month_closed", sizes, (frozen["from_size"], frozen["to_size"]))


def _asked_and_ended(
    data: Mapping[str, Any], sample: Mapping[str, Any], people: Mapping[str, Any], ledger: Ledger
) -> None:
    asked, ended = ledger.entry(sample["asked_entry"], "asked"), ledger.entry(sample["number"])
    columns, where = asked.columns, f"sample {sample['seq']}"
    for entry in (asked, ended):
        must_equal(where, str(entry.columns["lookup"]), sample["lookup"])
    if ended.columns["ends_lookup"] is not True:
        raise ClaimFailed("entry_is_another", str(ended.number))
    if not data["frozen"]["from_size"] <= ended.number < data["frozen"]["to_size"]:
        raise ClaimFailed("log_says_otherwise", where)
    must_equal(where, asked.details["reference"], sample["reference"])
    must_equal(where, columns["agency"], sample["agency"])
    must_equal(
        where, (columns["case_item"], columns["case_item_version"]), (sample["case_item"], sample["case_item_version"])
    )
    must_equal(where, columns["ground_kind"], sample["ground"]["code"])
    must_equal(where, str(columns["person"]), sample["clerk"])
    must_equal(where, columns["account"], people[sample["clerk"]]["account"])
    must_be_at(where, columns["at"], sample["submitted_at"], _SUBMISSION_TAKES)
    must_be_at(where, ended.columns["at"], sample["ended_at"], _SUBMISSION_TAKES)
    _subject(data, sample, asked, where)
    _fields(data, sample, asked, where)
    for reveal in sample["reveals"]:
        opened = ledger.entry(reveal["entry"], "revealed")
        must_equal(where, str(opened.columns["lookup"]), sample["lookup"])
        said = (opened.columns["data_item"], opened.details["field"])
        must_equal(where, said, (reveal["data_item"], reveal["field"]))
        must_be_at(where, opened.columns["at"], reveal["at"])


def _subject(data: Mapping[str, Any], sample: Mapping[str, Any], asked: Proven, where: str) -> None:
    """The unit's commitment is the root over the keys' commitments that *asked* lists for that subject."""
    listed = [each for each in asked.details["subject_list"] if each["ordinal"] == sample["subject_ordinal"]]
    if len(listed) != 1:
        raise ClaimFailed("log_says_otherwise", where)
    keys = listed[0]["keys"]
    commitment = root([leaf_hash(bytes.fromhex(key["commitment"])) for key in keys]).hex()
    must_equal(where, commitment, data["draw"]["units"][sample["seq"] - 1]["commitment"])
    if {key["kind"]["code"] for key in sample["subject"]} - {key["kind"] for key in keys}:
        raise ClaimFailed("log_says_otherwise", where)


def _fields(data: Mapping[str, Any], sample: Mapping[str, Any], asked: Proven, where: str) -> None:
    """Each task is one of the look-up's, of this owner and plan, and shows no field that was not permitted."""
    tasks: dict[str, dict[str, Any]] = {}
    for task in asked.details["tasks"]:
        tasks.setdefault(task["item"], {"owner": task["owner"], "permitted": set()})["permitted"] |= set(
            task["permitted"]
        )
    items = data["plan"]["items"]
    for task in sample["tasks"]:
        known = tasks.get(task["data_item"])
        if known is None or known["owner"] != data["period"]["owner"]:
            raise ClaimFailed("log_says_otherwise", where)
        if not data["plan"]["covers_all"] and task["data_item"] not in items:
            raise ClaimFailed("log_says_otherwise", where)
        if not {code for part in ("clear", "masked", "revealable") for code in task[part]} <= known["permitted"]:
            raise ClaimFailed("log_says_otherwise", where)


def _judgements(ledger: Ledger) -> Mapping[str, list[Proven]]:
    found: dict[str, list[Proven]] = {}
    for _, entry in sorted(ledger.entries.items()):
        if entry.columns["kind"] == "judged":
            found.setdefault(str(entry.columns["about_id"]), []).append(entry)
    return found


def _judged(data: Mapping[str, Any], sample: Mapping[str, Any], judged: list[Proven], ledger: Ledger) -> None:
    """The verdict is that of the sample's last entry *judged*; those before it are told too."""
    where = f"sample {sample['seq']}"
    told = [(each["entry"], each["verdict"]) for each in sample["former_verdicts"]]
    told.append((sample["judged_entry"], sample["verdict"]))
    if told != [(entry.number, entry.details["verdict"]) for entry in judged]:
        raise ClaimFailed("verdict_is_another", where)
    last = judged[-1]
    for entry in judged:
        must_equal(where, (entry.details["period"], entry.details["seq"]), (data["period"]["id"], sample["seq"]))
        must_equal(where, str(entry.columns["lookup"]), sample["lookup"])
    must_equal(where, last.details["round"], sample["judged_round"])
    must_equal(where, str(last.columns["person"]), sample["judged_by"])
    must_equal(where, last.columns["agency"], data["period"]["agency"])
    must_equal(where, _hexadecimal(last.columns["text_commitment"]), sample["note_commitment"])
    must_be_at(where, last.columns["at"], sample["judged_at"])


def _finding(data: Mapping[str, Any], finding: Mapping[str, Any], ledger: Ledger) -> None:
    where = f"finding {finding['no']}"
    opened = ledger.entry(finding["opened_entry"], "finding_opened")
    must_equal(where, opened.columns["about_id"], finding["id"])
    said = {name: opened.details[name] for name in ("period", "seq", "responsible", "at_agency", "due_on")}
    must_equal(
        where,
        said,
        {
            "period": data["period"]["id"],
            "seq": finding["sample"],
            "responsible": finding["person"],
            "at_agency": finding["agency"],
            "due_on": finding["due_on"],
        },
    )
    must_equal(where, str(opened.columns["person"]), finding["opened_by"])
    must_equal(where, _hexadecimal(opened.columns["text_commitment"]), finding["what_commitment"])
    must_be_at(where, opened.columns["at"], finding["opened_at"])
    is_closed = finding["state"]["code"] == "closed"
    if is_closed != (finding["closed_entry"] is not None):
        raise ClaimFailed("log_says_otherwise", where)
    if is_closed:
        closed = ledger.entry(finding["closed_entry"], "finding_closed")
        must_equal(where, closed.columns["about_id"], finding["id"])
        must_equal(where, str(closed.columns["person"]), finding["closed_by"])
        must_be_at(where, closed.columns["at"], finding["closed_at"])
        if finding["closed_by"] == finding["person"]:
            raise ClaimFailed("log_says_otherwise", where)


def _hexadecimal(value: bytes | None) -> str | None:
    return None if value is None else value.hex()
