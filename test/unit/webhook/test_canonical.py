# SPDX-License-Identifier: Apache-2.0
"""Quantities are written as Kubernetes writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resmgr import quantity
from webhook import canonical


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1000m", "1"),
        ("0.5", "500m"),
        ("1024Mi", "1Gi"),
        ("1.5Gi", "1536Mi"),
        ("512", "512"),
        ("0.5Ki", "512"),
        ("0.1Ki", "102400m"),
        ("1e3", "1e3"),
        ("1000e3", "1e6"),
        ("12e1", "120"),
        ("1E", "1E"),
        ("1000M", "1G"),
        ("100m", "100m"),
        ("0", "0"),
        ("0Gi", "0"),
        ("-1000m", "-1"),
        ("1000Ki", "1000Ki"),
        ("1000000n", "1m"),
    ],
)
def test_a_quantity_has_one_form(text: str, expected: str) -> None:
    """The family of units stays, digits behind a point go, and the unit is as large as can be."""
    assert canonical.canonical(text) == expected


@given(
    st.integers(0, 10**7),
    st.sampled_from(["", "n", "u", "m", "k", "M", "G", "Ki", "Mi", "Gi", "e3", "e-3"]),
)
def test_the_form_stands_for_the_same_and_stays(number: int, unit: str) -> None:
    """Nothing is lost, and written once more it is as it was."""
    once = canonical.canonical(f"{number}{unit}")

    assert quantity.parse(once) == quantity.parse(f"{number}{unit}")
    assert canonical.canonical(once) == once


def test_what_is_no_quantity_is_refused() -> None:
    """As by every reader of quantities."""
    with pytest.raises(ValueError, match="not a quantity"):
        canonical.canonical("much")
