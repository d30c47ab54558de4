"""All tables of the house, from the rooms that own them: what migrations are compared with."""

from typing import Final

from sqlalchemy import MetaData

import audit.draw.number
import audit.draw.period
import audit.draw.plan
import audit.draw.sample
import audit.log.store
import audit.review.followed_up  # noqa: F401
import govern.access.quota
import govern.catalogue.agency
import govern.catalogue.case_item
import govern.catalogue.data_item
import govern.catalogue.legal_basis
import govern.catalogue.source
import govern.keys.ring
import govern.keys.subject
import govern.lookups.lookup
import govern.names.index
import govern.people.person
import govern.people.right
import govern.people.session
import govern.queue.timetable
import govern.queue.work
import govern.trail.entry
import govern.workplace.export
import govern.workplace.kept_form
import govern.workplace.notice
import govern.workplace.preference
import govern.workplace.saved_view  # noqa: F401
import reports.record.shelf  # noqa: F401
from govern.core.database import Base

METADATA: Final[MetaData] = Base.metadata
