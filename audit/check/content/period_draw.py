"""drawn, of a period: the draw is made again, and everything that it was made from is what the log's entries say.

1. the account is drawn again (`audit.check.draw`)
2. period, checkpoint, population, ratio and floor are those of the freeze; seed, size and ordinals those of *drawn*
3. the source is the one that entries bound and told: the public draw that the freeze names, or numbers of the two parties
4. bound before the checkpoint, frozen, told after (`waited`)
5. sample i is the unit drawn i-th
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from audit.check.claim import ClaimFailed
from audit.check.content.period_log import Ledger, must_be_at
from audit.check.draw import NotThisDraw, Recomputed, recompute, waited
from audit.check.log import Proven


def must_be_drawn(data: Mapping[str, Any], ledger: Ledger) -> tuple[str, str]:
    """The sample is the one that nobody chose; what was looked at. Raises `ClaimFailed`."""
    draw, frozen = data["draw"], data["frozen"]
    drawn = _recomputed(draw)
    freeze = ledger.entry(frozen["entry"], "frozen")
    _same("period", draw["period"], data["period"]["id"])
    _same("checkpoint", draw["checkpoint"], frozen["checkpoint"]["note"].split("\n\n")[0] + "\n")
    _same("population", (drawn.population, drawn.root.hex()), (freeze.details["population"], freeze.details["root"]))
    _same("plan", draw["plan"], {"ratio": freeze.details["ratio"], "floor": freeze.details["floor"]})
    _samples_are_units(data, drawn)
    if not drawn.ordinals:
        if data["drawn"] is not None or data["period"]["state"]["code"] != "nothing_to_draw":
            raise ClaimFailed("draw_not_as_entered", "nothing")
        return ("母體是空的，沒有可以抽的樣本", "The population is empty; there was nothing to draw")
    _as_entered(data, ledger, drawn)
    before = [ledger.entry(number, "draw_named", "number_committed") for number in data["drawn"]["before"]]
    after = [ledger.entry(number, "draw_entered", "number_disclosed") for number in data["drawn"]["after"]]
    if draw["source"]["kind"] == "public_draw":
        said = _public_draw(draw["source"], freeze, before, after)
    else:
        said = _two_numbers(data, draw["source"], freeze, before, after)
    try:
        waited(
            before=[entry.number for entry in before],
            checkpoint_size=drawn.checkpoint_size,
            freeze=freeze.number,
            after=[entry.number for entry in after],
        )
    except NotThisDraw as wrong:
        raise ClaimFailed(wrong.code, wrong.detail) from None
    count, size = len(drawn.ordinals), drawn.population
    return (
        f"以檢核點{drawn.checkpoint_size:,}與{said[0]}重算，從{size:,}筆抽{count:,}筆，抽中的正是這{count:,}筆",
        f"Made again from checkpoint {drawn.checkpoint_size:,} and {said[1]}: {count:,} of {size:,}, and exactly these",
    )


def _recomputed(draw: Mapping[str, Any]) -> Recomputed:
    try:
        return recompute(draw)
    except NotThisDraw as wrong:
        raise ClaimFailed(wrong.code, wrong.detail) from None


def _samples_are_units(data: Mapping[str, Any], drawn: Recomputed) -> None:
    units, samples = data["draw"]["units"], data["samples"]
    if len(samples) != len(drawn.ordinals):
        raise ClaimFailed("sample_of_another_size")
    for place, (sample, unit) in enumerate(zip(samples, units, strict=True), start=1):
        stated = (sample["seq"], sample["number"], sample["subject_ordinal"])
        if stated != (place, unit["number"], unit["subject_ordinal"]):
            raise ClaimFailed("sample_is_another", str(place))


def _as_entered(data: Mapping[str, Any], ledger: Ledger, drawn: Recomputed) -> None:
    stated = data["drawn"]
    entry = ledger.entry(stated["entry"], "drawn")
    ordinals = hashlib.sha256(b"".join(each.to_bytes(8, "big") for each in drawn.ordinals)).hexdigest()
    _same("period", entry.columns["about_id"], data["period"]["id"])
    _same("seed", entry.details["seed"], drawn.seed.hex())
    _same("n", (entry.details["n"], stated["n"]), (len(drawn.ordinals), len(drawn.ordinals)))
    _same("ordinals", entry.details["ordinals_sha256"], ordinals)
    _same("source", entry.details["source_kind"], data["draw"]["source"]["kind"])
    must_be_at("drawn", entry.columns["at"], stated["at"])
    if entry.number <= max(stated["after"]):
        raise ClaimFailed("seed_known_too_soon", str(entry.number))


def _public_draw(
    source: Mapping[str, Any], freeze: Proven, before: list[Proven], after: list[Proven]
) -> tuple[str, str]:
    if [entry.columns["kind"] for entry in (*before, *after)] != ["draw_named", "draw_entered"]:
        raise ClaimFailed("draw_not_as_entered", "source")
    named, told = before[0], after[0]
    identity = freeze.details["public_draw"]
    _same("public_draw", (named.columns["about_id"], told.columns["about_id"]), (identity, identity))
    _same("name", (named.details["name"], told.details["name"]), (source["name"], source["name"]))
    _same("results", list(told.details["results"]), list(source["results"]))
    _same("count", named.details["count"], len(source["results"]))
    return (
        f"「{source['name']}」的{len(source['results'])}個號碼",
        f"the {len(source['results'])} numbers of “{source['name']}”",
    )


def _two_numbers(
    data: Mapping[str, Any], source: Mapping[str, Any], freeze: Proven, before: list[Proven], after: list[Proven]
) -> tuple[str, str]:
    stated = {each["party"]: each for each in source["numbers"]}
    kinds = [entry.columns["kind"] for entry in (*before, *after)]
    if kinds != ["number_committed"] * 2 + ["number_disclosed"] * 2:
        raise ClaimFailed("draw_not_as_entered", "source")
    parties = {f"auditor@{data['period']['agency']}", freeze.details.get("other_party")}
    _same("parties", stated.keys() - parties, parties - stated.keys())
    for entries, part in ((before, "commitment"), (after, "number")):
        _same("parties", {entry.details["party"] for entry in entries}, set(stated))
        for entry in entries:
            said, month = stated[entry.details["party"]], data["period"]["month"]
            _same(part, entry.details[part], said[part])
            _same("month", (entry.details["month"], said["month"]), (month, month))
    return "兩方事前承諾的亂數", "numbers to which two parties had committed"


def _same(what: str, one: object, other: object) -> None:
    if type(one) is not type(other) or one != other:
        raise ClaimFailed("draw_not_as_entered", what)
