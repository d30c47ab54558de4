"""create_app(): where everything is put together.

The frame first (parts, visitor, language, display, security, errors), then the areas, each by its one `AREA`; at the end
every route is held against the table of rules, and the application does not start when they differ.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from flask import Flask, Response
from flask_admin import Admin

from admin.auditing import menu as auditing
from admin.console import menu as console
from admin.desk import menu as desk
from admin.frame import actor, display, doors, errors, language, packed, security
from admin.frame import parts as parts_of_the_console
from admin.frame.doors import Area
from admin.frame.forms import menu as forms
from admin.frame.home import Home
from admin.frame.lists import menu as lists
from admin.frame.opening import CONSOLE_PATIENCE_S, checks, open_house
from admin.frame.own import menu as own
from admin.frame.palette import menu as palette
from admin.frame.parts import Parts
from admin.frame.permission import ROUTES, STYLEGUIDE, Rule, check_routes
from admin.login import pages as login
from admin.public import pages as public
from admin.public import styleguide
from govern.core.settings import Settings, load_settings
from govern.lookups import destroy, intent
from govern.rules.actor import ROLE_NAMES

AREAS: Final[Sequence[Area]] = (
    forms.AREA,
    lists.AREA,
    palette.AREA,
    own.AREA,
    login.AREA,
    desk.AREA,
    console.AREA,
    auditing.AREA,
    public.AREA,
)


def create_app(
    settings: Settings | None = None,
    *,
    parts: Parts | None = None,
    areas: Sequence[Area] = AREAS,
    table: Mapping[str, Rule] = ROUTES,
) -> Flask:
    """The console as a WSGI application.

    Without `parts` it takes the installation's: the environment's settings, its database and keys. Raises `WrongSetting`
    when one of them is wrong or a route has no rule. A test hands in parts, areas and table of its own.
    """
    parts = parts or _installed(settings or load_settings())
    if styleguide.is_wanted(parts.settings):
        areas, table = (*areas, styleguide.AREA), {**table, **STYLEGUIDE}
    app = errors.Console(__name__, static_folder="static", template_folder="templates")
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(settings=parts.settings, role_names=ROLE_NAMES)
    parts_of_the_console.install(app, parts)
    actor.install(app)
    app.context_processor(actor.who)
    security.install(app, table)
    packed.install(app)
    language.install(app)
    display.install(app)
    forms.install(app)
    lists.install(app, table)
    palette.install(app, table)
    doors.install(app, areas)
    own.install(app)
    errors.install(app, table)

    # An own index view without static files: a stock template of Flask-Admin fails loudly, which is wanted (CONSOLE.md).
    admin = Admin(
        app, name="Govern", url="/", index_view=Home(name="Home", endpoint="home", url="/"), static_url_path="/static"
    )
    for area in areas:
        area.register(app, admin)

    @app.after_request
    def _heard(response: Response) -> Response:
        if response.status_code < 400:
            security.heard_of(table)
        return response

    check_routes(app, table)
    return app


def _installed(settings: Settings) -> Parts:
    house = open_house(settings, patience_s=CONSOLE_PATIENCE_S)
    return Parts(
        settings=settings,
        ring=house.ring,
        on_sign_on=intent.when_signed_on,
        on_session_end=destroy.when_session_ends,
        health=checks(house),
    )
