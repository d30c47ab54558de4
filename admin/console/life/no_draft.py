"""What was drafted and is no draft any more: a sentence, the way on, and what was typed meanwhile beside what stands there."""

from typing import Any

from flask import render_template, request

from admin.console.life import compare, typed
from admin.console.life.draft import READERS
from admin.console.life.pages import Draft, NoDraftAnyMore, pages, to_version
from admin.frame.actor import the_actor
from govern.catalogue.life.content import DraftContent
from govern.catalogue.scope import data_item_for
from govern.core.database import reading
from govern.core.errors import InvalidInput


@pages.errorhandler(NoDraftAnyMore)
def no_draft(no: NoDraftAnyMore) -> Any:
    """A page that is asked for leads to the version; a form that is sent is not lost: what it would change is shown."""
    found = no.draft
    code, number = found.case_item.code, found.version.version
    if request.method == "GET":
        return to_version(code, number, no.wording, "wait")
    with reading() as session:
        rows = [row for _, row in compare.rows(session, found.content, _typed(found))]
    return render_template("console/life/no_draft.html", draft=found, says=no.wording, rows=rows), no.status


def _typed(found: Draft) -> DraftContent:
    """What the form says, laid over what stands there; what cannot even be read changes nothing."""
    values = request.view_args or {}
    try:
        if request.endpoint == "life.save_fields":
            with reading() as session:
                item = data_item_for(the_actor(), session, values["item"])
            return typed.fields_from(request.form, found.content, item)
        read = READERS.get(values.get("part", ""))
        return found.content if read is None else read(request.form, found.content)
    except InvalidInput:
        return found.content
