"""A source as one call needs it: the version in force, addresses filled in, credentials fetched by their reference."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.exchange import FieldSpec, ItemSpec, Shape
from connectors.exchange import Source as Reached
from govern.catalogue.data_item import DataItem
from govern.catalogue.source import Source, SourceVersion
from govern.core.settings import Settings


def reached(session: Session, source: Source, settings: Settings, at: datetime) -> Reached:
    """The source to be called. Simulated agencies' ports and folder fill `{soap}`, `{https}`, `{sftp}`, `{simulated}`.

    The credentials stand in `<data>/keys/credentials.json`, outside the database, and are looked up by reference at each
    call, so that a rotated one holds at once.
    """
    version = session.scalars(
        select(SourceVersion)
        .where(SourceVersion.source == source.code, SourceVersion.from_at <= at)
        .where((SourceVersion.to_at.is_(None)) | (SourceVersion.to_at > at))
        .order_by(SourceVersion.version.desc())
        .limit(1)
    ).one()
    places = _places(settings)
    return Reached(
        code=source.code,
        kind=source.kind,
        owner=source.owner,
        address=_fill(version.address, places),
        deadline_s=version.deadline_s or settings.source_deadline_s,
        settings={name: _fill(value, places) for name, value in version.settings.items()},
        credentials={
            name: _fill(value, places) for name, value in _credentials(settings, version.credential_ref).items()
        },
    )


def item_spec(item: DataItem) -> ItemSpec:
    """What a reply to this data item must look like."""
    return ItemSpec(
        code=item.code,
        shape=Shape(item.shape),
        fields=tuple(
            FieldSpec(field.code, field.type, field.group, tuple(value["code"] for value in field.values))
            for field in item.fields
        ),
        row_limit=item.row_limit,
    )


def _places(settings: Settings) -> dict[str, str]:
    folder = settings.folder / "simulated"
    found: dict[str, Any] = {}
    addresses = folder / "addresses.json"
    if addresses.exists():
        found = json.loads(addresses.read_text())
    return {"simulated": str(folder), **{name: str(port) for name, port in found.items()}}


def _fill(value: Any, places: Mapping[str, str]) -> Any:
    if not isinstance(value, str):
        return value
    for name, text in places.items():
        value = value.replace("{" + name + "}", text)
    return value


def _credentials(settings: Settings, reference: str | None) -> dict[str, str]:
    if reference is None:
        return {}
    path: Path = settings.folder / "keys" / "credentials.json"
    if not path.exists():
        return {}
    found = json.loads(path.read_text()).get(reference, {})
    return {str(name): str(value) for name, value in found.items()}
