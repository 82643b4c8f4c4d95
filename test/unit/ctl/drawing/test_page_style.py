# SPDX-License-Identifier: Apache-2.0
"""How the page looks."""

import re

import pytest

from ctl.drawing import page, page_style

LIGHT, DARK = page_style.CSS.split("@media (prefers-color-scheme:dark)")
PAIRS = [
    ("text", "back"),
    ("text", "inner"),
    ("soft", "inner"),
    ("soft", "box"),
    ("soft", "idle"),
    ("text", "idle"),
    ("sharedtext", "shared"),
    ("mark", "back"),
]
"""What is written on what."""


def colours(scheme: str) -> dict[str, str]:
    """Give the colours of a scheme by name."""
    head = scheme.partition("}")[0]
    return dict(re.findall(r"--([a-z]+):(#[0-9a-f]{3,6})", head))


def luminance(colour: str) -> float:
    """Give how light a colour is, as WCAG counts it."""
    digits = colour[1:]
    pairs = (
        [digits[at : at + 2] for at in (0, 2, 4)] if len(digits) == 6 else [d * 2 for d in digits]
    )
    parts = []
    for pair in pairs:
        value = int(pair, 16) / 255
        parts.append(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: str, other: str) -> float:
    """Give the contrast of two colours."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "paper"), PAIRS)
def test_text_can_be_read(scheme: str, ink: str, paper: str) -> None:
    """Contrasts are at least 4.5 to 1, light and dark."""
    known = colours(scheme)

    assert contrast(known[ink], known[paper]) >= 4.5


def test_letters_can_be_read_on_the_colours_of_containers() -> None:
    """They are the same in both schemes, and so is the ink."""
    found = dict(re.findall(r"\.c([0-9]+)\{background:(#[0-9a-f]{6})\}", page_style.CSS))

    assert len(found) == page.COLOURS
    for scheme in (LIGHT, DARK):
        ink = colours(scheme)["ink"]
        assert min(contrast(ink, colour) for colour in found.values()) >= 4.5


def test_dark_has_every_colour_that_light_has() -> None:
    """No colour of one scheme is left in the other by mistake."""
    assert colours(DARK).keys() == colours(LIGHT).keys()
