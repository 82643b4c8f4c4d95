# SPDX-License-Identifier: Apache-2.0
"""Syntax that several modules share."""

import hypothesis
import hypothesis.strategies as st
import pytest

from resmgr.config import forms


@pytest.mark.parametrize("text", ["0", "0-3", "0,2-5,7", "3-3", "65535"])
def test_right_cpu_lists(text: str) -> None:
    """Numbers and ascending ranges."""
    assert forms.id_list(text) is None


@pytest.mark.parametrize(
    "text", ["", ",", "0,", "a", "0 ,1", "3-1", "-1", "0-", "0-1-2", "65536", "0-99999999999", "٣"]
)
def test_wrong_cpu_lists(text: str) -> None:
    """Blanks, descending ranges and numbers that no kernel has."""
    assert "is not a CPU list" in str(forms.id_list(text))


def test_ids_are_bits() -> None:
    """One bit a number."""
    assert forms.ids("0,2-3,63") == 0b1101 | 1 << 63


@hypothesis.settings(deadline=None)
@hypothesis.given(st.sets(st.integers(0, 300), min_size=1))
def test_ids_of_a_list_are_its_numbers(numbers: set[int]) -> None:
    """For lists without ranges, in any order."""
    assert forms.ids(",".join(map(str, numbers))) == sum(1 << number for number in numbers)


@pytest.mark.parametrize(
    "text", ["0", "+0", "0s", "30s", "1m30s", "1.5h", ".5s", "100ms", "1h2m3s4ms5us6µs7ns"]
)
def test_right_durations(text: str) -> None:
    """As Go parses them."""
    assert forms.duration(text) is None


@pytest.mark.parametrize(
    "text", ["", "1", "s", "1 s", "-1s", "1d", "1s ", "1e3s", "disable", "9999999h"]
)
def test_wrong_durations(text: str) -> None:
    """No unit, unknown units, negative ones, more than 64 bits of nanoseconds."""
    assert forms.duration(text)


@pytest.mark.parametrize("text", ["a", "*", "kube-*", "a?", "[a-z]*", "[^a]", r"\[", "a]"])
def test_right_patterns(text: str) -> None:
    """Shell patterns."""
    assert forms.glob(text) is None


@pytest.mark.parametrize("text", ["", "[", "[]", "a[b", "a\\"])
def test_wrong_patterns(text: str) -> None:
    """Open brackets, a backslash at the end."""
    assert forms.glob(text)


@pytest.mark.parametrize(
    ("text", "wrong"), [("10k", None), ("0", None), ("-1", "is negative"), ("x", "not a quantity")]
)
def test_amounts_are_quantities_of_at_least_0(text: str, wrong: str | None) -> None:
    """The sentence says which of both it is not."""
    found = forms.amount(text)

    assert found is None if wrong is None else wrong in str(found)


@hypothesis.settings(deadline=None)
@hypothesis.given(
    st.text(), st.sampled_from([forms.id_list, forms.duration, forms.glob, forms.amount])
)
def test_any_text_is_judged(text: str, judge: object) -> None:
    """Nothing raises."""
    assert callable(judge)
    assert isinstance(judge(text), (str, type(None)))
