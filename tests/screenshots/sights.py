"""The pages of the console, each with whose it is and how that person comes to it; the order is that of the pictures."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from playwright.sync_api import Page, expect

from connectors.simulated import registers

NOBODY: Final = ""
Deed = Callable[[Page], None]


@dataclass(frozen=True, slots=True)
class Sight:
    """A page. `via` names links to follow from `path`, each by a selector; `deed` is what to do once there."""

    name: str
    account: str
    path: str
    via: tuple[str, ...] = ()
    deed: Deed | None = None
    is_window: bool = False  # what floats is seen in the window alone

    def opens(self, page: Page, address: str, language: str) -> None:
        """The page as this person comes to it, at rest."""
        page.goto(address + self.path.replace("{language}", language))
        for selector in self.via:
            where = page.locator(selector).first.get_attribute("href", timeout=3_000)
            assert where is not None
            page.goto(address + where if where.startswith("/") else page.url.split("?")[0] + where)
        if self.deed:
            self.deed(page)
        page.evaluate("document.fonts.ready")


def _presses(*keys: str) -> Deed:
    def press(page: Page) -> None:
        for each in keys:
            page.keyboard.press(each)

    return press


def _number() -> str:
    """An invented citizen whom several registers know."""
    known = {number for _, number in registers.example_keys("hh_household_city")}
    return next(value for _, value in registers.example_keys("tax_income_national") if value in known)


def _asks(page: Page) -> None:
    """A look-up about one citizen, by keyboard; ends on its page when the answers have come or the denial is said."""
    page.fill("#case_number", "社助字第1150012876號")
    page.fill("#subject_1_national_id", _number())
    page.fill("#document", "板社同字第115004127號")
    page.fill("#signed_on", "115年11月24日")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/desk/lookups/*")
    expect(page.locator("#tasks[data-open='0'], .judged").first).to_be_attached(timeout=40_000)
    page.wait_for_timeout(1_500)


def _asks_wrongly(page: Page) -> None:
    page.fill("#subject_1_national_id", "A123456788")
    page.fill("#signed_on", "上星期")
    page.keyboard.press("Control+Enter")
    page.locator(".mistakes").first.wait_for()


def _asks_to_see(page: Page) -> None:
    _asks(page)
    page.locator(".reveal").first.focus()
    page.keyboard.press("r")
    page.locator("#reveal-dialogue").wait_for()


def _filters(page: Page) -> None:
    page.locator(".seek summary").first.click()


def _menu(page: Page) -> None:
    page.locator(".tools details.menu > summary").click()


NEWEST: Final = "main tbody a.first"
RIGHT: Final = "main tbody a[href^='/rights/details']"
SIGHTS: Final = (
    Sight("log-in", NOBODY, "/login"),
    Sight("check", NOBODY, "/check"),
    Sight("register", NOBODY, "/register?lang={language}"),
    Sight("register-entry", NOBODY, "/register/low_income_household?lang={language}"),
    Sight("styleguide", NOBODY, "/styleguide"),
    Sight("home-clerk", "clerk", "/"),
    Sight("own-menu", "clerk", "/", deed=_menu, is_window=True),
    Sight("palette", "clerk", "/", deed=_presses("Control+k"), is_window=True),
    Sight("keys", "clerk", "/lookups/", deed=_presses("?"), is_window=True),
    Sight("desk", "clerk", "/desk/"),
    Sight("look-up-form", "clerk", "/desk/low_income_household"),
    Sight("look-up-mistakes", "clerk", "/desk/low_income_household", deed=_asks_wrongly),
    Sight("answer", "clerk", "/desk/low_income_household", deed=_asks),
    Sight("answer-reveal", "clerk", "/desk/low_income_household", deed=_asks_to_see, is_window=True),
    Sight("denial", "clerk", "/desk/youth_housing", deed=_asks),
    Sight("file-form", "clerk", "/desk/low_income_annual_review"),
    Sight("look-ups", "clerk", "/lookups/"),
    Sight("look-ups-filter", "clerk", "/lookups/", deed=_filters, is_window=True),
    Sight("look-up-over", "clerk", "/lookups/", via=(f"tr:nth-last-child(3) a.first, {NEWEST}",)),
    Sight("questions", "clerk", "/questions/"),
    Sight("case-items", "clerk", "/case-items/"),
    Sight("case-item", "clerk", "/case-items/details/?id=low_income_household"),
    Sight("case-item-versions", "clerk", "/case-items/youth_housing/versions"),
    Sight("data-items", "clerk", "/data-items/"),
    Sight("data-item", "clerk", "/data-items/details/?id=hh_household_city"),
    Sight("agencies", "clerk", "/agencies/"),
    Sight("agency", "clerk", "/agencies/details/?id=ntpc-civil"),
    Sight("laws", "clerk", "/laws/"),
    Sight("law", "clerk", "/laws/", via=(NEWEST,)),
    Sight("rights-own", "clerk", "/rights/"),
    Sight("right", "clerk", "/rights/", via=(RIGHT,)),
    Sight("trail-clerk", "clerk", "/trail/"),
    Sight("password", "clerk", "/password"),
    Sight("error", "clerk", "/nowhere"),
    Sight("home-supervisor", "supervisor", "/"),
    Sight("rights", "supervisor", "/rights/"),
    Sight("grant", "supervisor", "/rights/grant"),
    Sight("renew", "supervisor", "/rights/", via=(RIGHT, "main a[href$='/renew']")),
    Sight("end-right", "supervisor", "/rights/", via=(RIGHT, "main a[href$='/end']")),
    Sight("people", "supervisor", "/people/"),
    Sight("person", "supervisor", "/people/", via=(NEWEST,)),
    Sight("agency-edit", "supervisor", "/agencies/ntpc-dist-banqiao/edit"),
    Sight("look-ups-of-agency", "supervisor", "/lookups/"),
    Sight("home-drafter", "drafter", "/"),
    Sight("case-item-new", "drafter", "/case-items/new"),
    Sight("case-items-drafter", "drafter", "/case-items/"),
    Sight("case-item-drafter", "drafter", "/case-items/details/?id=youth_housing"),
    Sight("draft", "drafter", "/case-items/youth_housing/versions/2"),
    Sight("stop", "drafter", "/case-items/details/?id=youth_housing", via=("main a[href*='/stop/']",)),
    Sight("home-approver", "approver", "/"),
    Sight("approval", "approver", "/", via=(".rows a.button[href*='/versions/'], .rows a.button",)),
    Sight("approval-all", "approver", "/", via=(".rows a.button", "main a[href*='view=all']")),
    Sight("compare", "approver", "/case-items/youth_housing/compare?a=1&b=2"),
    Sight("sources", "approver", "/sources/"),
    Sight("source", "approver", "/sources/", via=(NEWEST,)),
    Sight("source-turn", "approver", "/sources/ntpc-civil.https/turn"),
    Sight("data-item-edit", "approver", "/data-items/hh_household_city/edit"),
    Sight("data-item-new", "approver", "/data-items/new"),
    Sight("fields-new", "approver", "/data-items/hh_household_city/fields/new"),
    Sight("plans", "approver", "/plans/"),
    Sight("plan-new", "approver", "/plans/new"),
    Sight("plan", "approver", "/plans/", via=(NEWEST,)),
    Sight("home-auditor", "auditor", "/"),
    Sight("periods", "auditor", "/periods/"),
    Sight("period-open", "auditor", "/periods/", via=(NEWEST,)),
    Sight("samples", "auditor", "/samples/"),
    Sight("sample", "auditor", "/periods/", via=(NEWEST, "main a[href^='/samples/']")),
    Sight("numbers", "auditor", "/numbers/"),
    Sight("findings", "auditor", "/findings/"),
    Sight("finding", "auditor", "/findings/?tab=closed", via=(NEWEST,)),
    Sight("trail", "auditor", "/trail/"),
    Sight("trail-entry", "auditor", "/trail/", via=(NEWEST,)),
    Sight("home-head", "head", "/"),
    Sight("periods-head", "head", "/periods/"),
    Sight("period-signed", "head", "/periods/?tab=done", via=(NEWEST,)),
    Sight("numbers-head", "head", "/numbers/"),
    Sight("home-operator", "operator", "/"),
    Sight("agency-new", "operator", "/agencies/new"),
    Sight("law-new", "operator", "/laws/new"),
    Sight("law-edit", "operator", "/laws/1/edit"),
    Sight("law-end", "operator", "/laws/1/end"),
    Sight("sources-operator", "operator", "/sources/"),
)
