# SPDX-License-Identifier: Apache-2.0
"""The nearest known name."""

import hypothesis
import hypothesis.strategies as st
import pytest

from resmgr.config import suggest

KNOWN = ("Active", "AvailableResources", "ReservedResources", "balloons")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Actve", "Active"),
        ("active", "Active"),
        ("Atcive", "Active"),
        ("Activee", "Active"),
        ("bxlloons", "balloons"),
        ("reservedresource", "ReservedResources"),
        ("zzz", None),
        ("", None),
        ("Active" * 20, None),
    ],
)
def test_the_nearest_name_is_found(name: str, meant: str | None) -> None:
    """Wrong case, a missing, a swapped and an additional letter; nothing for what is far."""
    assert suggest.nearest(name, KNOWN) == meant


def test_the_first_of_equally_near_names_counts() -> None:
    """The answer does not depend on anything but the order of the known names."""
    assert suggest.nearest("ac", ("ab", "ad")) == "ab"


def test_hint_names_what_is_known_when_nothing_is_near() -> None:
    """Only when they are few."""
    assert suggest.hint("zzz", KNOWN[:2]) == "known: Active, AvailableResources"
    assert suggest.hint("zzz", [f"name{i}" for i in range(20)]) is None


@hypothesis.settings(deadline=None)
@hypothesis.given(st.text(max_size=70), st.lists(st.text(max_size=70)))
def test_a_suggestion_is_always_a_known_name(name: str, known: list[str]) -> None:
    """For any names, and a known short name is its own suggestion."""
    assert suggest.nearest(name, known) in {None, *known}
    assert len(name) > 64 or suggest.nearest(name, [name]) == name
