"""A period's record: its claims, from the attached data, the log's entries and the page (docs/record.md, The record of a period).

    in_log         `period_log`: freeze, samples, verdicts and findings are what proven entries say
    drawn          `period_draw`: the sample drawn again, and bound, frozen, told in that order
    signed_off     `period_sign_off`: two levels, two persons, one hash, nothing re-opened since
    text_is_data   `period_page`, `period_figures`: figures counted again, and the page letter by letter

Where the entries cannot be proven, what rests on them fails with the same reason.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from audit.check import log
from audit.check.claim import ClaimFailed, Finding, does_not_apply, fails, found
from audit.check.content import page_text, period_draw, period_log, period_page, period_sign_off
from audit.check.content.period_figures import must_follow
from audit.check.content.period_log import Ledger
from audit.check.log import proven_entries
from audit.check.moments import english_month, roc_month
from audit.check.trust import Trust

FORMAT: Final = "govern.record.period"
VERSION: Final = 1


def content(data: Mapping[str, Any], raw: bytes, text: str, trust: Trust) -> list[Finding]:
    """How the claims of a period's record came out, beside those of its signature."""
    ledgers: list[Ledger] = []

    def in_log() -> tuple[str, str]:
        entries = proven_entries(_with_proofs(data), trust)
        ledger = Ledger({entry.number: entry for entry in entries})
        log.must_be_signed(data["frozen"]["checkpoint"], trust)
        ledgers.append(ledger)
        period_log.must_agree_with_log(data, ledger)
        return log.seen(entries, data)

    logged = found("in_log", in_log)

    def resting_on_log(claim: str, must_hold: Callable[[Ledger], tuple[str, str]]) -> Finding:
        if not ledgers:
            return fails(claim, ClaimFailed(logged.code, logged.detail))
        return found(claim, lambda: must_hold(ledgers[0]))

    def text_is_data() -> tuple[str, str]:
        must_follow(data)
        return page_text.seen(period_page.must_be_printed(data, raw, text))

    signed_off = resting_on_log("signed_off", lambda ledger: period_sign_off.must_be_signed_off(data, ledger))
    if signed_off.holds and not data["samples"]:
        signed_off = does_not_apply("signed_off")
    return [
        logged,
        resting_on_log("drawn", lambda ledger: period_draw.must_be_drawn(data, ledger)),
        signed_off,
        found("text_is_data", text_is_data),
    ]


def about(data: Mapping[str, Any]) -> tuple[str, str]:
    """What the record is of, in both languages."""
    names = {each["code"]: each for each in data["names"]["agencies"]}
    agency, owner = names[data["period"]["agency"]], names[data["period"]["owner"]]
    month, size, count = data["period"]["month"], f"{data['frozen']['population']:,}", f"{len(data['samples']):,}"
    return (
        f"{agency['zh']}{roc_month(month)}稽核期別，查核{owner['zh']}的資料，母體{size}筆，抽查{count}筆",
        f"{agency['en']}, audit of {english_month(month)}, data of {owner['en']}: {count} of {size} units drawn",
    )


def _with_proofs(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The entries with each hash in place of its place."""
    hashes = data["hashes"]

    def spelled(places: list[int]) -> list[str]:
        if any(type(place) is not int or not 0 <= place < len(hashes) for place in places):
            raise ClaimFailed("data_unreadable")
        return [hashes[place] for place in places]

    entries = [{**entry, "proof": spelled(entry["proof"])} for entry in data["entries"]]
    return {"checkpoint": data["checkpoint"], "entries": entries}
