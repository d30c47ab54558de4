"""The home page: begin a look-up first, because the citizen waits; beside it, what waits for me."""

from typing import Any

from flask_admin import BaseView, expose

from admin.frame.actor import the_actor
from admin.frame.doors import areas
from admin.frame.own.menu import guides_now
from govern.core import clock
from govern.core.database import reading


class Home(BaseView):  # type: ignore[misc]
    """The page at `/`, put together from the areas' panels; it knows none of them."""

    @expose("/")  # type: ignore[untyped-decorator]
    def index(self) -> Any:
        """What the visitor can begin, did last, and is waited for."""
        actor = the_actor()
        with reading() as session:
            panels = [
                (panel, panel.gather(actor, session))
                for area in areas()
                for panel in area.panels
                if actor.holds(*panel.roles)
            ]
            waiting = [wait for area in areas() for wait in area.waits(actor, session)]
        panels.sort(key=lambda pair: pair[0].order)
        today = clock.today()
        waiting.sort(key=lambda wait: (wait.due_on is None, wait.due_on or today))
        return self.render(
            "frame/home.html",
            panels=[(panel.template, values) for panel, values in panels if not panel.is_beside],
            beside=[(panel.template, values) for panel, values in panels if panel.is_beside],
            waiting=[(wait, (wait.due_on - today).days if wait.due_on else None) for wait in waiting],
            guides=guides_now(),
        )
