"""Every text of a page stands in both languages, every icon that a page names exists, every template says what it is."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import Environment, nodes

from admin.auditing.words import KIND_STATES
from admin.frame import display

TEMPLATES = Path(__file__).parents[3] / "admin" / "templates"
PAGES = sorted(TEMPLATES.rglob("*.html"))
ICONS = set(re.findall(r'id="([^"]+)"', (TEMPLATES.parent / "static" / "icons.svg").read_text()))
SAID_IN = ("title", "alt", "placeholder", "aria-label", "aria-description")


class Said(HTMLParser):
    """Collects what a page would say: its texts, and attributes that are read aloud or shown."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in SAID_IN]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TEMPLATES)))
def test_no_text_stands_in_a_template_without_the_other_language(page: Path) -> None:
    source = page.read_text()
    # Names of classes and commands to type are the same in every language.
    source = re.sub(r"\{% block \w+_class %\}.*?\{% endblock %\}", "", source)
    source = re.sub(r"<pre class=\"command.*?</pre>", "", source, flags=re.DOTALL)
    bare = re.sub(r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}", "", source, flags=re.DOTALL)
    said = Said()
    said.feed(bare)
    # A macro may give attributes alone, which then stand here as text.
    texts = [re.sub(r'[\w-]+="[^"]*"', "", text).strip() for text in said.found]
    assert [text for text in texts if re.search(r"[A-Za-z\u3400-\u9fff]", text)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TEMPLATES)))
def test_both_texts_of_a_pair_are_there_with_the_same_places(page: Path) -> None:
    tree = Environment(autoescape=True).parse(page.read_text())
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "t":
            assert len(call.args) == 2, f"line {call.lineno}"
            texts = [argument.value for argument in call.args if isinstance(argument, nodes.Const)]
            assert all(isinstance(text, str) and text for text in texts), f"line {call.lineno}"
            if len(texts) < 2:
                continue  # a text put together, such as a plural: only a reader can judge it
            given = {keyword.key for keyword in call.kwargs}
            named = [set(re.findall(r"\{(\w+)\}", text)) for text in texts]
            if given or call.dyn_kwargs:
                assert call.dyn_kwargs or named[0] | named[1] <= given, f"line {call.lineno}"
            else:
                assert named[0] == named[1], f"line {call.lineno}"  # filled later, by a script


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TEMPLATES)))
def test_a_template_says_in_its_first_line_what_it_is(page: Path) -> None:
    assert page.read_text().startswith("{# ")


def test_every_icon_that_is_named_exists(console: Flask) -> None:
    named = {name for page in PAGES for name in re.findall(r'icon\("([\w-]+)"', page.read_text())}
    named |= {state.icon for table in STATES for state in table.values()}
    named |= {icon for icon, _ in KIND_STATES.values()}
    assert named <= ICONS


STATES = (display.LOOKUP_STATES, display.TASK_STATES, display.CASE_ITEM_STATES, display.SOURCE_STATES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TEMPLATES)))
def test_each_side_of_a_pair_is_in_its_own_language(page: Path) -> None:
    chinese = re.compile(r"[\u3400-\u9fff\uff01-\uff5e]")
    for call in Environment(autoescape=True).parse(page.read_text()).find_all(nodes.Call):
        if not (isinstance(call.node, nodes.Name) and call.node.name == "t"):
            continue
        texts = [argument.value for argument in call.args if isinstance(argument, nodes.Const)]
        if len(texts) == 2 and texts != ["English", "中文"]:  # the switch names each language in itself
            # A Chinese word may be quoted, as an example of what to type.
            assert len(chinese.findall(texts[1])) <= len(re.findall("[A-Za-z]", texts[1])) / 2, (
                f"line {call.lineno}: {texts[1]}"
            )
            assert texts[0] != texts[1] or not re.search(r"[A-Za-z]{3}", re.sub(r"\{\w+\}", "", texts[0])), (
                f"line {call.lineno}"
            )
