"""The drawings are pictures."""

import base64

from connectors.simulated.answers import picture


def test_a_drawing_is_a_whole_png_and_the_same_every_time() -> None:
    text = picture.drawing("map", 1)
    raw = base64.b64decode(text, validate=True)
    assert raw.startswith(b"\x89PNG\r\n\x1a\n")
    assert raw.endswith(b"IEND\xaeB`\x82")
    assert picture.drawing("map", 1) == text
    assert picture.drawing("map", 2) != text
    assert len(text) < 5000
