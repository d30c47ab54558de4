"""Navigators: what each user does with the console and what that user sees, in the user's own words."""

import re
from dataclasses import dataclass, field

from playwright.sync_api import Download, Locator, expect

from tests.support.browsers import Window
from tests.support.walk import SIDEWAYS

MOST_STOPS = 150  # of Tab, once round the longest page
FIRST_SIGHT = re.compile(r"/desk/lookups/[0-9a-f-]{36}$")


@dataclass(slots=True)
class User:
    """Somebody in front of a window: signs in and out, goes about, and is asked on each page whether it can be used."""

    window: Window
    account: str
    password: str
    visited: list[str] = field(default_factory=list)

    def goes_to(self, path: str) -> None:
        """A page of the console by its address."""
        self.window.page.goto(self.window.address + path)

    def sees(self, text: str) -> None:
        """The page says this, now or in a moment."""
        expect(self.window.page.locator("main")).to_contain_text(text)

    def does_not_see(self, text: str) -> None:
        """The page does not say this."""
        expect(self.window.page.locator("body")).not_to_contain_text(text)

    def tabs_to(self, target: Locator) -> None:
        """Tab after Tab, as whoever has no mouse: what is reached is seen to have the focus."""
        page = self.window.page
        sought = target.element_handle()
        for _ in range(MOST_STOPS):
            has_focus, still_stands = sought.evaluate("one => [one === document.activeElement, one.isConnected]")
            if has_focus:
                return
            if not still_stands:  # the page has put another in its place
                sought = target.element_handle()
            page.keyboard.press("Tab")
        raise AssertionError(f"Tab never comes to {target} on {page.url}")

    def presses_on(self, target: Locator, key: str = "Enter") -> None:
        """A button, link or box, reached and used by keyboard."""
        target.wait_for()
        self.tabs_to(target)
        self.window.page.keyboard.press(key)

    def types_into(self, selector: str, text: str) -> None:
        """Over what stands there; Chinese as an input method gives it."""
        self.tabs_to(self.window.page.locator(selector))
        self.window.page.keyboard.press("Control+A")
        self.window.page.keyboard.insert_text(text)

    def signs_in(self) -> None:
        """Account and password into the log-in page."""
        page = self.window.page
        self.goes_to("/login")
        self.types_into("#account", self.account)
        self.types_into("#password", self.password)
        with page.expect_navigation():
            page.keyboard.press("Enter")

    def changes_the_first_password(self, new: str) -> None:
        """The page that stands before every other after a first log-in."""
        page = self.window.page
        self.types_into("#current", self.password)
        self.types_into("#new", new)
        self.types_into("#again", new)
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/(\?.*)?$"))
        self.password = new

    def logs_out(self) -> None:
        """From the menu under the own name."""
        page = self.window.page
        self.presses_on(page.locator(".tools details.menu > summary"))
        self.presses_on(page.get_by_role("button", name=re.compile("登出|Log out")))
        page.wait_for_url("**/login*")

    def goes_back(self) -> None:
        """The browser's own button."""
        self.window.page.go_back()
        self.window.page.wait_for_load_state()

    def speaks(self, language: str) -> None:
        """The switch in the bar; the same page again in the other language."""
        page = self.window.page
        if page.locator("html").get_attribute("lang") != {"zh": "zh-Hant-TW", "en": "en"}[language]:
            page.locator(".tools > form .language").click()
            page.wait_for_load_state()

    def can_use_this_page(self) -> None:
        """Axe finds nothing on the page as it stands."""
        self._finds_no_fault(self.window.faults_of_access())

    def can_use_it_in_the_dark(self) -> None:
        """Nor in the dark, where nothing but colours changes; then it is light again."""
        page = self.window.page
        page.emulate_media(color_scheme="dark")
        self._finds_no_fault(self.window.faults_of_access(colours_alone=True))
        self.does_not_scroll_sideways()
        page.emulate_media(color_scheme="light")

    def does_not_scroll_sideways(self) -> None:
        """The page is no wider than its window."""
        assert self.window.page.evaluate(SIDEWAYS) <= 0, f"{self.window.page.url} scrolls sideways"

    def _finds_no_fault(self, faults: list[str]) -> None:
        assert not faults, f"{self.window.page.url}:\n" + "\n".join(faults)
        self.visited.append(self.window.page.url)


@dataclass(slots=True)
class Clerk(User):
    """Looks citizens up, without a mouse."""

    def fills_in(self, case_item: str, key: str, *, kind: str = "national_id", only: str = "") -> None:
        """The form of a case item, about one subject with a consent."""
        page = self.window.page
        if f"/desk/{case_item}" not in page.url:
            self.goes_to(f"/desk/{case_item}")
        if only:
            for box in page.locator(f'input[name="item"]:not([value="{only}"])').all():
                self.presses_on(box, "Space")
        self.types_into("#case_number", "測試字第1150000001號")
        self.types_into(f"#subject_1_{kind}", key)
        self.types_into("#document", "測同字第1號")
        self.types_into("#signed_on", "115年11月1日")

    def submits(self) -> None:
        """By keyboard, from wherever the cursor is; the look-up's page follows."""
        self.window.page.keyboard.press("Control+Enter")
        self.window.page.wait_for_url(FIRST_SIGHT)

    def tasks(self) -> Locator:
        """The tasks at the side."""
        return self.window.page.locator("#tasks .tasks > li")

    def waits_for_the_answer(self) -> None:
        """It comes by itself, without a reload; the entry that was written first gets its number."""
        page = self.window.page
        page.wait_for_selector("#answers .answer")
        page.wait_for_selector('#written [data-numbered="1"]')

    def reads(self) -> dict[str, str]:
        """Names and values of the answer's header fields, as they stand there."""
        fields = self.window.page.locator("#answers dl.fields")
        return dict(zip(fields.locator("dt").all_inner_texts(), fields.locator("dd").all_inner_texts(), strict=True))

    def reveals_by_keyboard(self) -> None:
        """R on the focused field opens the dialogue that asks for a reason."""
        page = self.window.page
        self.presses_on(page.locator(".reveal").first, "r")
        expect(page.locator("#reveal-dialogue")).to_be_visible()

    def gives_the_reason(self, text: str) -> None:
        """Another reason than those offered, in own words."""
        page = self.window.page
        reasons = page.locator("#reveal-dialogue label.choice input")
        self.tabs_to(reasons.last if reasons.last.is_checked() else reasons.first)
        while not reasons.last.is_checked():
            page.keyboard.press("ArrowDown")
        self.types_into("#reveal-reason", text)
        page.keyboard.press("Enter")

    def makes_the_record(self) -> bytes:
        """The button, then the download that takes its place when a worker has made the record."""
        page = self.window.page
        self.presses_on(page.locator("#make-record button"))
        with page.expect_download() as coming:
            self.presses_on(page.locator("#actions a[download]"))
        download: Download = coming.value
        assert re.fullmatch(r"[A-Z0-9-]+\.pdf", download.suggested_filename), download.suggested_filename
        return download.path().read_bytes()

    def destroys_the_answer(self) -> None:
        """現在銷毀: gone from the page at once."""
        self.presses_on(self.window.page.locator("#destroy button"))
        expect(self.window.page.locator("#answers .answer")).to_have_count(0)


@dataclass(slots=True)
class Supervisor(User):
    """Sees that look-ups of the agency were made."""

    def finds_the_look_up(self, reference: str) -> None:
        """In the list of look-ups, newest first, then its page."""
        page = self.window.page
        self.goes_to("/lookups/")
        page.locator("tr", has_text=reference).locator("a.first").click()
        page.wait_for_url(FIRST_SIGHT)

    def grants(self, clerk: str, case_item: str, reason: str) -> None:
        """A right for a year, from the list of rights."""
        page = self.window.page
        self.goes_to("/rights/")
        page.locator('a[href="/rights/grant"]').click()
        page.select_option("#person", label=clerk)
        page.fill("#case_item", case_item)
        page.get_by_role("option", name=case_item).first.click()
        page.fill("#reason", reason)
        page.locator("main form button.primary").click()
        page.wait_for_url("**/rights/details/*")

    def ends_the_right(self, cause: str, reason: str) -> None:
        """From the right's own page, with a cause and a reason."""
        page = self.window.page
        page.locator('main a.danger[href$="/end"]').click()
        page.get_by_label(cause).check()
        page.fill("#reason", reason)
        page.locator("main form button.danger").click()
        page.wait_for_url("**/rights/details/*")


@dataclass(slots=True)
class Auditor(User):
    """Reads the trail, and whether an entry was changed."""

    def reads_the_trail(self) -> Locator:
        """The newest entries within reach."""
        self.goes_to("/trail/")
        return self.window.page.locator("main table tbody tr")


@dataclass(slots=True)
class Drafter(User):
    """Drafts a change of a case item of the own agency, and proposes it."""

    def drafts_a_change_of(self, code: str) -> None:
        """From the case item's page."""
        page = self.window.page
        self.goes_to(f"/case-items/details/?id={code}")
        page.get_by_role("button", name="擬訂新版").click()
        page.wait_for_url("**/versions/*")

    def shows(self, item: str, **fields: str) -> None:
        """How fields of a data item appear from now on, each by what its choice is called in the form."""
        page = self.window.page
        page.locator(f'a[href$="/fields/{item}"]').last.click()
        page.wait_for_url(f"**/fields/{item}")
        for field_code, way in fields.items():
            page.locator(f'input[name="show_{field_code}"][value="{way}"]').check()

    def says_why(self, field_code: str, text: str) -> None:
        """The sentence of necessity of a field."""
        self.window.page.fill(f'input[name="why_{field_code}"]', text)

    def saves(self) -> None:
        """Back to the draft's page."""
        self.window.page.click('button[name="stay"]')
        self.window.page.wait_for_url(re.compile(r"/versions/\d+$"))

    def proposes(self) -> None:
        """After reading what would be proposed."""
        page = self.window.page
        page.get_by_role("link", name="提出審核").click()
        page.wait_for_url("**/propose")
        page.click('button[form="propose"]')
        page.wait_for_url(re.compile(r"/versions/\d+$"))


@dataclass(slots=True)
class Approver(User):
    """Judges the own agency's part of a proposal, enters its superior's letter, stops and resumes its own data."""

    def opens_what_waits(self, title: str) -> None:
        """From the home page, by its one click."""
        self.goes_to("/")
        self.window.page.locator(".rows li", has_text=title).locator("a.button").first.click()
        self.window.page.wait_for_url("**/case-items/**")

    def approves(self) -> None:
        """A goes to the button, Enter presses it."""
        self.window.page.keyboard.press("a")
        self.window.page.keyboard.press("Enter")
        self.sees("已核准本機關部分")

    def sends_back(self, reason: str) -> None:
        """With a reason, which the drafter will read."""
        self.window.page.fill("#reason", reason)
        self.window.page.get_by_role("button", name="退回修正").click()
        self.sees("已退回修正")

    def enters_the_letter(self, number: str, on: str, scan: bytes) -> None:
        """Number, date and scanned file."""
        page = self.window.page
        page.fill("#number", number)
        page.fill("#approved_on", on)
        page.set_input_files("#scan", {"name": "核備函.pdf", "mimeType": "application/pdf", "buffer": scan})
        page.click('button[form="letter"]')
        self.sees("核備函已登錄")

    def does(self, code: str, deed: str, reason: str) -> None:
        """Stops or resumes a case item, from its page, with a reason."""
        page = self.window.page
        self.goes_to(f"/case-items/details/?id={code}")
        page.get_by_role("link", name=deed).click()
        page.fill("#reason", reason)
        page.click('button[form="stop"]')
        page.wait_for_url("**/case-items/details/**")


@dataclass(slots=True)
class GivesANumber(User):
    """Gives one of the two numbers behind a month's seed: made in this browser, kept by this person."""

    number: str = field(default="", repr=False)
    sent: list[str] = field(default_factory=list, repr=False)

    def commits_to_a_number(self) -> None:
        """Made by the browser, shown once, kept; only the commitment is sent."""
        page = self.window.page
        page.on("request", lambda request: self.sent.append(request.post_data or ""))
        self.goes_to("/numbers/")
        page.locator("[data-make]").first.click()
        self.number = page.locator("[data-number]").first.inner_text().replace(" ", "")
        page.locator(".makes-number input[type=checkbox]").first.check()
        page.locator(".makes-number form button").first.click()
        self.sees("承諾值已寫入軌跡")

    def discloses_the_number(self) -> None:
        """Pasted back, after the freeze."""
        page = self.window.page
        self.goes_to("/numbers/")
        page.locator("[data-disclose] input[name=number]").fill(self.number)
        page.locator("[data-disclose] button").click()
        self.sees("亂數已揭露並寫入軌跡")


@dataclass(slots=True)
class PlanMaker(User):
    """Speaks for a data owner: makes the audit plan."""

    def makes_a_plan(self, percent: str) -> None:
        """With the trade's defaults, but for how much is drawn."""
        page = self.window.page
        self.goes_to("/plans/new")
        page.fill("#ratio", percent)
        page.get_by_role("button", name="訂定計畫").click()
        self.sees("稽核計畫已訂定")


@dataclass(slots=True)
class PeriodAuditor(GivesANumber):
    """Draws, judges and signs off a period; with the keyboard alone once a sample is open."""

    def opens_the_period(self) -> None:
        """The newest one under way, or awaiting sign-off."""
        page = self.window.page
        self.goes_to("/periods/")
        if not page.locator("a.first").count():
            self.goes_to("/periods/?tab=to_sign")
        page.locator("a.first").first.click()
        page.wait_for_url(re.compile(r"/periods/[0-9a-f-]{36}$"))

    def draws(self) -> None:
        """As soon as both numbers stand in the log."""
        page = self.window.page
        button = page.get_by_role("button", name="抽樣", exact=True)
        expect(page.locator("#seed")).to_contain_text("揭露")
        while not button.count():
            page.reload()
        button.click()
        self.sees("已抽樣")

    def presses(self, *keys: str) -> None:
        """Keys, one after the other, wherever the focus is."""
        for each in keys:
            self.window.page.keyboard.press(each)

    def types(self, text: str) -> None:
        """Letters as a keyboard gives them, Chinese as an input method does."""
        self.window.page.keyboard.insert_text(text)

    def chosen(self) -> str | None:
        """The verdict that is chosen and not confirmed yet."""
        found = self.window.page.locator("[name=verdict]:checked")
        return found.get_attribute("value") if found.count() else None

    def signs_off(self) -> None:
        """After reading what is signed."""
        page = self.window.page
        page.get_by_role("link", name="核章", exact=True).click()
        page.locator(".sign-form input[type=checkbox]").check()
        page.locator(".sign-form button").click()
        self.sees("已核章並寫入軌跡")


@dataclass(slots=True)
class PeriodHead(PeriodAuditor):
    """Signs a period off after the auditor, and takes its record."""

    def takes_the_record(self) -> Download:
        """Asked for, watched, downloaded; nobody reloads."""
        page = self.window.page
        page.locator(".page-head form button").click()
        page.locator("#record-now").wait_for()
        with page.expect_download(timeout=90_000) as coming:
            page.locator(".page-head a[download].primary").click(timeout=90_000)
        return coming.value


@dataclass(slots=True)
class AskedClerk(User):
    """Answers an auditor's question, and mends a finding."""

    def answers(self, text: str, document: bytes) -> None:
        """From the home page, with a document."""
        page = self.window.page
        self.goes_to("/")
        page.locator(".rows li", has_text="稽核詢問").locator("a.button").click()
        page.locator("a.first").first.click()
        page.fill("#text", text)
        page.set_input_files("#documents", {"name": "同意書.pdf", "mimeType": "application/pdf", "buffer": document})
        self.can_use_this_page()
        page.locator("#answer button").click()
        self.sees("已答覆，稽核人員會看到")

    def mends(self, measure: str) -> None:
        """The finding that is theirs."""
        page = self.window.page
        self.goes_to("/findings/")
        page.locator("a.first").first.click()
        page.fill("#measure", measure)
        page.get_by_role("button", name="送出改善情形").click()
        self.sees("已送出改善情形")
