# SPDX-License-Identifier: Apache-2.0
"""Durations in Go's notation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller import durations


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("0s", 0),
        ("30s", 30),
        ("5m", 300),
        ("1h30m", 5400),
        ("1.5h", 5400),
        (".5s", 0.5),
        ("100ms", 0.1),
        ("2m3s", 123),
        ("1h0m0s", 3600),
        ("250us", 0.00025),
    ],
)
def test_parse(text: str, seconds: float) -> None:
    """Numbers with units are added up."""
    assert durations.parse(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "text", ["", "30", "s", "-5s", "5 m", "5min", "1d", "1h-5m", "0x1s", "٣s", "1" * 31 + "hs"]
)
def test_refuse(text: str) -> None:
    """What Go would not read, and signs, are refused with the expected form."""
    with pytest.raises(ValueError, match="like 30s, 5m or 1h30m"):
        durations.parse(text)


@given(st.integers(min_value=0, max_value=10**6))
def test_round_trip(seconds: int) -> None:
    """What is shown reads back as the same number of seconds."""
    assert durations.parse(durations.show(seconds)) == seconds
