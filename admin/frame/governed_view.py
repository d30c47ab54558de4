"""The one base of every Flask-Admin view: reads through scope, writes through use cases, pages by key, routes by rule.

Left to Flask-Admin, and what its users will recognise: `column_list`, `column_labels` (here wordings), `column_formatters`,
`form`, form rules, `can_*`, details, blueprints, and the bodies of index, create, edit, details, delete and action views.
Replaced, once, is what it would do by itself (CONSOLE.md): `get_list` and `get_one` ask the room's scope, no view touches a
session, no address holds a word, no count is made, and only routes that the view has a use for exist.

A view says: `scope` and `one` (the room's functions), `orders` (the first is the usual one; its `identity` names a
thing), and where it has them `tabs`, `searched`, `choices`; `rows` and `describe` add what the page needs beyond the
things, within the same reading. `create`, `change`, `remove` and `actions` are use cases; a `GovernError` of theirs becomes
the field's or the form's error, but *not found* and *not allowed* rise. They are called when no reading is open.

Every list has views that a visitor saves and columns that a visitor chooses (`frame/lists`); with `can_export` it is written
as a file, by what `written_as` says of its columns, and with `actions` deeds are done on many things after a preview.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Final

from flask import flash, g, redirect, request
from flask_admin import Admin, expose
from flask_admin.blueprints import _BlueprintWithHostSupport as ViewBlueprint
from flask_admin.form import BaseForm
from flask_admin.model import BaseModelView
from flask_admin.model.base import ViewArgs
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from wtforms import Form

from admin.frame import paging, seek
from admin.frame.actor import the_actor, the_visitor, visitor
from admin.frame.language import w
from admin.frame.listing import Asked, Listing, Tab
from admin.frame.lists import bulk, columns, counted, estimate, files
from admin.frame.lists.bulk import Act
from admin.frame.paging import Order
from admin.frame.seek import Filter, Searched, Seek
from govern.core.database import reading
from govern.core.errors import GovernError, InvalidInput, NotAllowed, NotFound
from govern.core.wording import Wording
from govern.rules.actor import Actor
from govern.workplace.saved_view import SavedView, columns_of, views_of

LOOKED_UP_AT_MOST: Final = 20
NONE_CHOSEN: Final = Wording("請先選擇要處理的項目。", "Please choose what to act on first.")


class GovernedView(BaseModelView):  # type: ignore[misc]
    """A list and its details over a room's scope; a subclass is a declaration."""

    scope: ClassVar[Any]  # (actor, session) -> a selection of things, or several ways to them
    one: ClassVar[Any]  # (actor, session, identity) -> the thing, or `NotFound`
    title: Wording
    lede: Wording | None = None
    orders: tuple[Order, ...]
    tabs: tuple[Tab, ...] = ()
    searched: Searched | None = None
    choices: tuple[Filter, ...] = ()
    create: ClassVar[Any] = None  # (actor, **the form's data) -> the thing made
    change: ClassVar[Any] = None  # (actor, identity, **the form's data)
    remove: ClassVar[Any] = None  # (actor, identity)
    actions: ClassVar[Mapping[str, Act]] = {}
    column_labels: ClassVar[Mapping[str, Wording]] = {}
    written_as: ClassVar[Mapping[str, Sequence[str]]] = {}  # what a column is in a file: other columns, or none
    only_in: ClassVar[Mapping[str, Sequence[str]]] = {}  # of a column that not every tab has, those that have it
    is_long = False  # about how many there are is said where the database knows without counting

    _urls: list[Any]
    can_view_details = True
    can_export = False
    page_size = 50
    list_template = "frame/list.html"
    details_template = "frame/details.html"
    create_template = "frame/form.html"
    edit_template = "frame/form.html"
    form_base_class = BaseForm
    _KEPT_PLAIN: ClassVar = ("scope", "one", "create", "change", "remove")

    def __init_subclass__(cls, **given: Any) -> None:
        """A function kept on a class would become its method and be handed the view (CONSOLE.md, trap 7)."""
        super().__init_subclass__(**given)
        for name in cls._KEPT_PLAIN:
            kept = cls.__dict__.get(name)
            if kept is not None and not isinstance(kept, staticmethod):
                setattr(cls, name, staticmethod(kept))

    def __init__(self, endpoint: str, url: str) -> None:
        """Under an endpoint and an address of its own; raises `WrongSetting` when it would search without an index."""
        self.can_create, self.can_edit = self.create is not None, self.change is not None
        self.can_delete = self.remove is not None
        seek.check(self.searched, self.choices)
        self.listing = Listing(endpoint, self.orders, self.page_size, self.tabs, self.searched, self.choices)
        super().__init__(self.orders[0].identity.class_, name=endpoint, endpoint=endpoint, url=url)

    # Routes

    def create_blueprint(self, admin: Admin) -> ViewBlueprint:
        """Only the routes that this view has a use for; inline editing, which writes in spite of `can_edit`, never."""
        wanted = {
            "index_view": True,
            "details_view": self.can_view_details,
            "seek_view": bool(self.searched or self.choices),
            "create_view": self.can_create,
            "edit_view": self.can_edit,
            "delete_view": self.can_delete,
            "action_view": bool(self.actions),
            "export": self.can_export,
            "ajax_lookup": bool(self.form_ajax_refs),
        }
        self._urls = [route for route in self._urls if wanted.get(route[1])]
        return super().create_blueprint(admin)

    def _run_view(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return fn(self, *args, **kwargs)  # the original calls again after a TypeError, and hides it

    def is_accessible(self) -> bool:
        """The route's rule was held against the visitor before; nobody comes here without one."""
        return visitor() is not None

    # Reading

    def narrowed(self, actor: Actor, session: Session, asked: Asked) -> Any:
        """The things within scope that the tab, the words and the filters leave; a view adds what depends on who asks."""
        return self.listing.narrowed(type(self).scope(actor, session), asked)

    def rows(self, _actor: Actor, _session: Session, things: Sequence[Any]) -> Sequence[Any]:
        """What the list shows for the things of a page, in their order."""
        return things

    def describe(self, _actor: Actor, _session: Session, _thing: Any) -> dict[str, Any]:
        """What the page of one thing needs beside it, by name."""
        return {}

    def name_of(self, row: Any) -> str:
        """What a row is called: where it is chosen, and in what is said about it."""
        name = getattr(row, self.column_list[0], "")
        return w(name) if isinstance(name, Wording) else str(name)

    def get_list(
        self, page: Any, sort_field: Any, sort_desc: Any, search: Any, filters: Any, page_size: Any = None
    ) -> tuple[None, Sequence[Any]]:
        """The rows of the page asked for, within scope and one reading; no count."""
        actor, asked = the_actor(), self._asked()
        with reading() as session:
            things = self.narrowed(actor, session, asked)
            found = paging.page(session, things, asked.order, asked.size, after=asked.after, before=asked.before)
            rows = self.rows(actor, session, found.things)
            options = {each.name: each.options(actor, session) for each in self.choices}
            views = views_of(actor, session, self.endpoint)
            chosen = columns_of(actor, session, self.endpoint)
            whole = self.endpoint, actor.person_id, actor.agency, actor.roles
            about = estimate.about(session, things, whole) if self._is_whole(asked) else None
            in_tabs = counted.in_tabs(self, actor, session, asked)

        def list_url(**changed: Any) -> Any:
            return self.get_url(".index_view", **asked.address(**changed))

        names = columns.of_tab(columns.shown(self.column_list, chosen), self.only_in, asked.tab)
        self._template_args.update(
            asked=asked,
            found=found,
            options=options,
            list_url=list_url,
            saved_views=views,
            saved=self._saved(views, asked),
            columns=[(name, self.column_labels[name]) for name in names],
            all_columns=columns.ordered(self.column_list, chosen),
            is_chosen=bool(chosen),
            cells_in=lambda cells: columns.cells_in(cells, self.column_list, names),
            deeds=self.deeds(actor, asked) if rows else {},
            about=about,
            in_tabs=in_tabs,
        )
        return None, rows

    def _is_whole(self, asked: Asked) -> bool:
        return self.is_long and not asked.seek and (asked.tab is None or asked.tab is self.tabs[0])

    def _saved(self, views: Sequence[SavedView], asked: Asked) -> SavedView | None:
        return next((view for view in views if str(view.id) == asked.kept.get("view")), None)

    def deeds(self, actor: Actor, asked: Asked) -> dict[str, Act]:
        """What the actor may do on many things of this tab at once."""
        tab = asked.tab.name if asked.tab else ""
        return {name: act for name, act in self.actions.items() if act.is_offered(actor, tab)}

    def get_one(self, id: Any) -> Any:
        """The thing within scope; absent, foreign and no id at all are one `NotFound`."""
        actor, identity = the_actor(), self.listing.identity_of(id)
        with reading() as session:
            thing = type(self).one(actor, session, identity)
            self._template_args.update(self.describe(actor, session, thing))
        return thing

    def get_pk_value(self, model: Any) -> Any:
        """The id of a thing, as addresses carry it."""
        return getattr(model, self.orders[0].identity.key)

    # What the address asks for

    def _asked(self) -> Asked:
        """What this request asks for; what is written by a worker is told it, having no request."""
        if "list_asked" not in g:
            g.list_asked = self.listing.asked(request.args, the_visitor().secret)
        found: Asked = g.list_asked
        return found

    def _get_list_extra_args(self) -> ViewArgs:
        return ViewArgs(page=0, page_size=self.page_size, extra_args={})  # read by `_asked`, words never

    def _get_list_url(self, view_args: ViewArgs) -> Any:
        return self.get_url(".index_view")

    @expose("/seek/", methods=("POST",))  # type: ignore[untyped-decorator]
    def seek_view(self) -> Any:
        """Words and filters become a token, and the list is shown narrowed by it."""
        secret = the_visitor().secret
        with reading() as session:
            typed, unknown = self.listing.by_code(request.form, the_actor(), session)
        for said in unknown:
            flash(w(said), "wait")
        wanted = self.listing.sought(typed, secret)
        self.sought(the_actor(), wanted)
        values = {"s": seek.seal(secret, self.endpoint, wanted), "tab": request.form.get("tab", "")}
        return redirect(self.get_url(".index_view", **{name: value for name, value in values.items() if value}), 303)

    def sought(self, _actor: Actor, _seek: Seek) -> None:
        """Told of every search before it is made; the trail enters it."""

    # Writing

    def given(self, form: Form) -> dict[str, Any]:
        """A form's data as its use case takes it."""
        return {name: value for name, value in form.data.items() if name != "csrf_token"}

    def create_model(self, form: Form) -> Any:
        """The use case makes the thing; false when it says no, which then stands in the form."""
        return self._try(form, lambda: type(self).create(the_actor(), **self.given(form)))

    def update_model(self, form: Form, model: Any) -> Any:
        """The use case changes the thing; false when it says no."""
        use_case, identity = type(self).change, self.get_pk_value(model)
        return self._try(form, lambda: use_case(the_actor(), identity, **self.given(form)) or True)

    def delete_model(self, model: Any) -> bool:
        """The use case ends the thing; a "no" is said above the list."""
        use_case, identity = type(self).remove, self.get_pk_value(model)
        return bool(self._try(None, lambda: use_case(the_actor(), identity) or True))

    def _try(self, form: Form | None, act: Callable[[], Any]) -> Any:
        try:
            return act()
        except (NotFound, NotAllowed):
            raise
        except GovernError as no:
            fields = no.fields if isinstance(no, InvalidInput) else {}
            for name, wording in fields.items():
                if form is not None and name in form:
                    form[name].errors = [*form[name].errors, w(wording)]
            if form is None or not set(fields) & set(form.data):
                flash(w(no.wording), "bad")
            return False

    def init_actions(self) -> None:
        """Deeds are ours (`frame/lists/bulk.py`); Flask-Admin's are not used."""
        self._actions: list[Any] = []
        self._actions_data: dict[str, Any] = {}

    @expose("/action/", methods=("POST",))  # type: ignore[untyped-decorator]
    def action_view(self) -> Any:
        """What a deed would do with the things chosen; once it is confirmed, what became of each."""
        actor, act = the_actor(), self.actions.get(request.form.get("action", ""))
        if act is None or not actor.holds(*act.roles):
            raise NotFound
        back = self.get_url(".index_view", **files.state_in(request.form))
        ids = [self.listing.identity_of(text) for text in request.form.getlist("rowid")]
        if not ids:
            flash(w(NONE_CHOSEN), "wait")
            return redirect(back, 303)
        changes = bulk.previewed(act, actor, ids)
        done = bulk.Performed()
        if "sure" in request.form:
            seen = {name.removeprefix("seen-"): value for name, value in request.form.items() if name[:5] == "seen-"}
            given = {each.name: request.form.get(each.name, "") for each in act.asks}
            done = bulk.perform(act, actor, changes, seen, given)
        left_out = len(set(ids)) > len(changes)
        return self.render(
            "frame/bulk.html",
            act=act, name=request.form["action"], changes=changes, done=done, back=back, typed=request.form,
            left_out=bulk.TOO_MANY.fill(n=bulk.CHOSEN_AT_MOST) if left_out else None,
            blocked=bulk.BLOCKED, worded=lambda options: [(code, w(word)) for code, word in options.items()],
        ), 422 if done.mistakes else 200  # fmt: skip

    # Beside lists and forms

    @expose("/export/", methods=("POST",))  # type: ignore[untyped-decorator]
    def export(self) -> Any:
        """The list as a file: its first rows or those chosen at once, or all of it by a worker; either is an entry first."""
        asked, form = self._asked_in(request.form), request.form
        return files.ask(self, asked) if "all" in form else files.at_once(self, asked, files.chosen_in(form))

    def _asked_in(self, form: Mapping[str, str]) -> Asked:
        g.list_asked = self.listing.asked(MultiDict(files.state_in(form)), the_visitor().secret)
        return self._asked()

    def heads_of(self, chosen: Sequence[str], tab: Tab | None) -> list[tuple[str, Wording]]:
        """The columns of a file, by those chosen for the list and its tab: their names and what stands above them."""
        every = self.column_list if chosen else (self.column_export_list or self.column_list)
        names = columns.of_tab(columns.shown(every, chosen), self.only_in, tab)
        return [
            (name, self.column_labels[name]) for name in columns.written(names, self.column_labels, self.written_as)
        ]

    def cells_of(self, row: Any, names: Sequence[str]) -> list[Any]:
        """A row's values for a file."""
        return [self._get_field_value(row, name) for name in names]

    @expose("/ajax/lookup/", methods=("POST",))  # type: ignore[untyped-decorator]
    def ajax_lookup(self) -> Any:
        """Choices for a form's picker: words in the body, never in the address, and few at a time."""
        loader = self._form_ajax_refs.get(request.form.get("name", ""))
        if loader is None:
            raise NotFound
        words = " ".join(seek.plain_words(request.form.get("query", "")))
        return [loader.format(thing) for thing in loader.get_list(words, 0, LOOKED_UP_AT_MOST)]

    # Flask-Admin's scaffolding: nothing is made up from the table's columns

    def scaffold_list_columns(self) -> list[str]:
        """No column that the view does not name."""
        return []

    def scaffold_sortable_columns(self) -> dict[str, str]:
        """What `orders` names; Flask-Admin's own sorting is not used."""
        return {order.name: order.name for order in self.orders}

    def scaffold_form(self) -> Any:
        """No field that the view does not name."""
        return BaseForm

    def get_form(self) -> Any:
        """The view's own form, in a class of its own for each use: form rules change the class (CONSOLE.md, trap 5)."""
        return type("ViewForm", (self.form or BaseForm,), {})

    def init_search(self) -> bool:
        """Whether words can be looked for."""
        return self.searched is not None

    def _process_ajax_references(self) -> dict[str, Any]:
        return dict(self.form_ajax_refs or {})
