"""Strategies that make any version's content, and what a content shows, worked out apart from the house's own rule."""

from datetime import date

from hypothesis import strategies as st

from govern.core.wording import Wording
from govern.rules.difference import ContentSaid, FieldSaid, ItemSaid

# Masks of a money field, from the most open: each shows what the next one shows.
MASKS = ("none", "amount_band", "exists_only", "redact")
OWNER_OF = {"income": "tw-fia", "property": "tw-fia", "income_city": "ntpc-tax", "person": "ntpc-civil"}
FIELDS = ("name", "total", "year")
AGENCIES = ("ntpc-urban", "ntpc-social", "ntpc-dist-banqiao")


def _word(code: str) -> Wording:
    return Wording(f"{code}（中）", code)


def _field(code: str) -> st.SearchStrategy[FieldSaid]:
    return st.builds(
        lambda appearance, mask, necessity: FieldSaid(_word(code), appearance, mask, _word(mask), necessity),
        st.sampled_from(("clear", "masked", "revealable")),
        st.sampled_from(MASKS),
        st.none() | st.just(_word("why")),
    )


def _item(code: str) -> st.SearchStrategy[ItemSaid]:
    fields = st.fixed_dictionaries({}, optional={field: _field(field) for field in FIELDS})
    return st.builds(ItemSaid, name=st.just(_word(code)), owner=st.just(OWNER_OF[code]), fields=fields)


def contents() -> st.SearchStrategy[ContentSaid]:
    """Any content of a version."""
    return st.builds(
        ContentSaid,
        name=st.sampled_from((_word("one"), _word("two"))),
        kind=st.sampled_from(("application", "statutory_duty")),
        urgency=st.sampled_from(("immediate", "normal", "scheduled", "batch")),
        consent_required=st.booleans(),
        valid_from=st.sampled_from((date(2026, 1, 1), date(2027, 1, 1))),
        valid_to=st.sampled_from((date(2028, 1, 1), date(2029, 1, 1))),
        retention_years=st.sampled_from((5, 10)),
        agencies=st.sets(st.sampled_from(AGENCIES)).map(lambda codes: {code: _word(code) for code in sorted(codes)}),
        bases=st.sets(st.sampled_from(("1", "2"))).map(lambda ids: {one: _word(one) for one in sorted(ids)}),
        items=st.fixed_dictionaries({}, optional={code: _item(code) for code in OWNER_OF}),
        schedule=st.sampled_from((None, "weekly")),
    )


def shows(content: ContentSaid, owner: str) -> set[tuple[str, str, str, str]]:
    """What of an owner's data somebody could see: that an item is asked at all; each field at once, and by a reveal."""
    found = set()
    for code, item in content.items.items():
        if item.owner != owner:
            continue
        found.add((code, "", "", ""))
        for name, one in item.fields.items():
            at_once = "none" if one.appearance == "clear" else one.mask
            found |= {(code, name, "at once", mask) for mask in MASKS[MASKS.index(at_once) :]}
            if one.appearance != "masked" or one.mask == "none":
                found.add((code, name, "opened", ""))
    return found
