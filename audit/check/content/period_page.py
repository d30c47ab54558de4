"""text_is_data, of a period: what its pages must say of the data (docs/record.md, What the page says of a period)."""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from audit.check.content import page_text
from audit.check.content.period_figures import VERDICTS
from audit.check.moments import TAIPEI, instant, roc_date, roc_moment


def must_be_printed(data: Mapping[str, Any], raw: bytes, text: str) -> int:
    """Every literal stands on the page, and those of samples and findings in their order; how many. Raises `ClaimFailed`."""
    names = _Names(data)
    return (
        page_text.must_say(text, _literals(data, raw, names))
        + page_text.must_say_in_order(text, _samples(data, names))
        + (page_text.must_say_in_order(text, _findings(data, names)))
    )


class _Names:
    """What codes and ids are called."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        names = data["names"]
        self.agencies: Mapping[str, str] = {each["code"]: each["zh"] for each in names["agencies"]}
        self.case_items: Mapping[str, str] = {each["code"]: each["zh"] for each in names["case_items"]}
        self.data_items: Mapping[str, str] = {each["code"]: each["zh"] for each in names["data_items"]}
        self.fields: Mapping[tuple[str, str], str] = {
            (item["code"], field["code"]): field["zh"] for item in names["data_items"] for field in item["fields"]
        }
        self.people: Mapping[str, Mapping[str, Any]] = {each["id"]: each for each in data["people"]}


def _literals(data: Mapping[str, Any], raw: bytes, names: _Names) -> Iterator[str]:
    period, plan, frozen = data["period"], data["plan"], data["frozen"]
    yield from (data["number"], period["id"], data["signed_by"], data["check_address"])
    yield from (names.agencies[period["agency"]], names.agencies[period["owner"]], plan["zh"])
    yield from (_percent(plan["ratio"]), f"{frozen['population']:,}", frozen["root"])
    for checkpoint in (frozen["checkpoint"], data["checkpoint"]):
        yield from (checkpoint["origin"], f"{checkpoint['size']:,}", base64.b64decode(checkpoint["root"]).hex())
    yield from _source(data["draw"])
    for sign in data["sign_offs"]:
        person = names.people[sign["person"]]
        yield from (person["name"], person["account"], sign["role"]["zh"], roc_moment(instant(sign["at"])))
        if sign["voided_at"] is None:
            yield sign["content_sha256"]
    figures = data["figures"]
    yield from (f"{VERDICTS[each['code']]}{each['count']:,}" for each in figures["verdicts"] if data["samples"])
    yield from _splits(figures["by_agency"], names.agencies)
    yield from _splits(figures["by_case_item"], names.case_items)
    yield hashlib.sha256(raw).hexdigest()


def _splits(splits: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> Iterator[str]:
    for each in splits:
        yield f"{names[each['code']]}{each['samples']:,}{each['proper']:,}{each['others']:,}"


def _source(draw: Mapping[str, Any]) -> Iterator[str]:
    source = draw["source"]
    if source is None:
        return
    yield draw["seed"]
    if source["kind"] == "public_draw":
        yield source["name"]
        yield from (str(result) for result in source["results"])
        return
    for each in source["numbers"]:
        yield from (each["party"], each["number"])


def _samples(data: Mapping[str, Any], names: _Names) -> Iterator[str]:
    for sample in data["samples"]:
        clerk = names.people[sample["clerk"]]
        yield from (
            f"{sample['seq']:,}",
            sample["reference"],
            f"{sample['number']:,}",
            _row_moment(sample["submitted_at"]),
        )
        yield from (
            names.agencies[sample["agency"]],
            clerk["name"],
            clerk["account"],
            names.case_items[sample["case_item"]],
        )
        for key in sample["subject"]:
            yield from (key["kind"]["zh"], key["masked"])
        yield sample["ground"]["zh"]
        for task in sample["tasks"]:
            item = task["data_item"]
            yield names.data_items[item]
            came = [names.fields[item, code] for part in ("clear", "masked", "revealable") for code in task[part]]
            yield from (
                (
                    "、".join(names.fields[item, code] for code in task[part])
                    for part in ("clear", "masked", "revealable")
                )
                if came
                else (task["state"]["zh"],)
            )
        yield from (names.fields[reveal["data_item"], reveal["field"]] for reveal in sample["reveals"])
        yield VERDICTS[sample["verdict"]]


def _findings(data: Mapping[str, Any], names: _Names) -> Iterator[str]:
    verdicts = {sample["seq"]: sample["verdict"] for sample in data["samples"]}
    for finding in data["findings"]:
        person = names.people[finding["person"]]
        yield from (
            str(finding["no"]),
            f"樣本{finding['sample']}",
            VERDICTS[verdicts[finding["sample"]]],
            person["name"],
        )
        yield from (names.agencies[finding["agency"]], roc_date(finding["due_on"]), finding["state"]["zh"])


def _row_moment(text: str) -> str:
    """115.10.01 09:12:33."""
    at = instant(text).astimezone(TAIPEI)
    return f"{at.year - 1911}.{at:%m.%d %H:%M:%S}"


def _percent(ratio: str) -> str:
    """1%, 0.5%, 70%."""
    value = Fraction(ratio) * 100
    if value.denominator == 1:
        return f"{value.numerator}%"
    digits = f"{float(value):.16f}".rstrip("0")
    return f"{digits}%"
