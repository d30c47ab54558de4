"""What an attacker types where a name, a reason or a value of a register is asked for: each must stay text, wherever it is shown.

Every payload carries a mark. A page is read by an HTML5 parser, as a browser reads it: where the mark stands in the name of a tag
or an attribute, in a script, a style or an address, the payload has become more than text.
"""

import itertools
from collections.abc import Iterator
from typing import Any, Final
from xml.etree.ElementTree import Element

import tinyhtml5

MARK: Final = "x7z"
_CALLS: Final = ("x7z()", "x7z`1`", "window['x7z']()", "setTimeout(x7z)")
_TAGS: Final = (
    "script",
    "SCRIPT",
    "scr\x00ipt",
    "script/x7z",
    "script src=//x7z",
    "x7z",
    "x7z onclick=x7z()",
    "iframe src=javascript:x7z()",
)
_HANDLERS: Final = ("onerror", "onload", "onfocus", "onmouseover", "onanimationstart", "OnPointerOver")
_OPENERS: Final = (
    "",
    '"',
    "'",
    '">',
    "'>",
    "</textarea>",
    "</title>",
    "</script>",
    "</template>",
    "</option></select>",
    "-->",
    "]]>",
)
_MARKUP: Final = (
    "<img src=x onerror=x7z()>", "<svg onload=x7z()>", "<svg><script>x7z()</script>", "<math><mi xlink:href=javascript:x7z()>",
    "<a href=javascript:x7z()>x</a>", "<a href='java\tscript:x7z()'>x</a>", "<a href=data:text/html,<x7z>>x</a>",
    "<base href=//x7z>", "<meta http-equiv=refresh content='0;url=//x7z'>", "<link rel=stylesheet href=//x7z>",
    "<style>@import'//x7z'</style>", "<form action=//x7z><input name=x7z>", "<input autofocus onfocus=x7z()>",
    "<details open ontoggle=x7z()>", "<object data=//x7z>", "<embed src=//x7z>", "<template><x7z></template>",
    "<noscript><p title='</noscript><img src=x onerror=x7z()>'>", "<!--><x7z>-->", "<![CDATA[<x7z>]]>", "<?x7z ?>",
    "&lt;x7z&gt;", "&#60;x7z&#62;", "\uff1cx7z\uff1e", "%3Cx7z%3E", "\\u003cx7z\\u003e", "\\x3cx7z\\x3e", "<x7z\u2028>",
    '" onmouseover="x7z()', "' onmouseover='x7z()", '" style="background:url(//x7z)', "` onclick=`x7z()", '"><x7z>', "'><x7z>",
)  # fmt: skip
_TEMPLATES: Final = (
    "{{8807*9091}}x7z", "{% print 8807*9091 %}x7z", "{{config}}x7z", "{{''.__class__}}x7z", "${8807*9091}x7z", "#{8807*9091}x7z",
    "<%= 8807*9091 %>x7z",
    "{x7z}",
    "{0.__class__}x7z", "%(x7z)s", "%s%n x7z", "{{x7z|safe}}", "[[8807*9091]]x7z", "@(8807*9091)x7z",
)  # fmt: skip
_HEADERS: Final = (
    "x7z\r\nSet-Cookie: x7z=1", "x7z\nLocation: //x7z", "x7z\r\n\r\n<x7z>", "x7z\u2028Set-Cookie: x7z=1", "x7z%0d%0aX: x7z",
    "x7z\x85X-x7z: 1", "x7z\x0bX: 1",
)  # fmt: skip
COMPUTED: Final = str(8807 * 9091)

PAYLOADS: Final = tuple(
    dict.fromkeys(
        itertools.chain(
            _MARKUP,
            _TEMPLATES,
            _HEADERS,
            (f"{opener}<{tag}>{call}" for opener, tag, call in zip(_OPENERS * 2, _TAGS * 3, _CALLS * 6, strict=False)),
            (
                f"{opener}<x7z {handler}={call}>"
                for opener in _OPENERS
                for handler, call in zip(_HANDLERS[::2], _CALLS, strict=False)
            ),
            (
                f"{opener} {handler}={call} x7z"
                for opener in _OPENERS[1:3]
                for handler, call in zip(_HANDLERS, _CALLS * 2, strict=False)
            ),
        )
    )
)


def became_more_than_text(page: str) -> Iterator[str]:
    """Where a payload of the page is a tag, an attribute, a script, a style or an address."""
    for element in tinyhtml5.parse(page, namespace_html_elements=False).iter():
        if not isinstance(element.tag, str):
            yield from [f"a comment or instruction: {str(element.text)[:60]}"] if MARK in str(element.text) else []
            continue
        if MARK in element.tag.lower():
            yield f"the tag {element.tag}"
        yield from _attributes(element)
        if element.tag.rpartition("}")[2] in ("script", "style", "noscript") and MARK in "".join(element.itertext()):
            yield f"inside {element.tag}"


def _attributes(element: Element) -> Iterator[str]:
    for name, value in element.attrib.items():
        bare = str(name).rpartition("}")[2].lower()
        if MARK in bare or bare.startswith("on") or bare in ("style", "srcdoc"):
            yield f"the attribute {name} of {element.tag}"
        if bare in ("href", "src", "action", "formaction", "data", "content") and _leads_away(value):
            yield f"an address in {name} of {element.tag}: {value[:60]}"


def _leads_away(address: Any) -> bool:
    plain = "".join(sign for sign in str(address) if sign > " ").lower()
    return MARK in plain and plain.startswith(("javascript:", "data:", "vbscript:", "//", "\\", "http", "0;"))
