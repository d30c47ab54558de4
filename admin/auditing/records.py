"""A period's signed record on its page: whether there is one, how far its making is, the file."""

import uuid

from flask import Response

from admin.auditing.period import pages
from admin.auditing.record_now import newest_of_period
from admin.frame.actor import the_actor
from audit.review.scope import period_for
from govern.core.database import reading
from govern.core.errors import NotFound


@pages.get("/<uuid:identity>/record")
def record(identity: uuid.UUID) -> Response:
    """The newest signed record of a period within reach, as a file."""
    actor = the_actor()
    with reading() as session:
        found = period_for(actor, session, identity)
        issued = newest_of_period(session, found.id)
        pdf = issued.pdf if issued else b""
    if issued is None:
        raise NotFound
    headers = {"Content-Disposition": f'attachment; filename="{issued.number}.pdf"'}
    return Response(pdf, mimetype="application/pdf", headers=headers)
