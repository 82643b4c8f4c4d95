# SPDX-License-Identifier: Apache-2.0
"""Kubernetes quantities."""

import hypothesis
import hypothesis.strategies as st
import pytest

from resmgr import quantity


@pytest.mark.parametrize(
    ("text", "billionths"),
    [
        ("0", 0),
        ("2", 2 * 10**9),
        ("750m", 750 * 10**6),
        ("1.5", 15 * 10**8),
        (".5", 5 * 10**8),
        ("1.", 10**9),
        ("-1", -(10**9)),
        ("+3n", 3),
        ("10k", 10**13),
        ("60M", 60 * 10**15),
        ("1Ki", 1024 * 10**9),
        ("1.5Gi", 3 * 2**29 * 10**9),
        ("1e3", 10**12),
        ("1E-3", 10**6),
        ("1E", 10**27),
    ],
)
def test_quantities_are_exact_billionths(text: str, billionths: int) -> None:
    """Each suffix and exponent of Kubernetes has its value."""
    assert quantity.parse(text) == billionths


@pytest.mark.parametrize(
    "text", ["", ".", "m", "1 ", " 1", "1mm", "1ki", "0x1", "1e", "--1", "1,5", "٣", "1" * 65]
)
def test_other_text_is_no_quantity(text: str) -> None:
    """What Kubernetes refuses is refused."""
    with pytest.raises(ValueError, match="not a quantity"):
        quantity.parse(text)


@pytest.mark.parametrize("text", ["1e999", "9223372036854775808", "8Ei"])
def test_quantities_beyond_64_bits_are_refused(text: str) -> None:
    """Nothing is as big as 2^63."""
    with pytest.raises(ValueError, match="beyond"):
        quantity.parse(text)


@pytest.mark.parametrize(
    ("text", "value"), [("0.1n", 1), ("-0.1n", -1), ("1.0000000001", 10**9 + 1)]
)
def test_less_than_a_billionth_rounds_away_from_zero(text: str, value: int) -> None:
    """As Kubernetes does it."""
    assert quantity.parse(text) == value


@pytest.mark.parametrize(("text", "value"), [("750m", 750), ("1", 1000), ("1u", 1), ("0", 0)])
def test_milli_rounds_up(text: str, value: int) -> None:
    """A part of a thousandth counts as one."""
    assert quantity.milli(text) == value


@hypothesis.settings(deadline=None)
@hypothesis.given(st.integers(0, 2**62), st.sampled_from(["m", "", "k"]))
def test_milli_of_whole_milli_is_exact(count: int, unit: str) -> None:
    """No value is lost to binary fractions."""
    hypothesis.assume(count < 2**50 or unit != "k")

    assert quantity.milli(f"{count}{unit}") == count * {"m": 1, "": 1000, "k": 10**6}[unit]
