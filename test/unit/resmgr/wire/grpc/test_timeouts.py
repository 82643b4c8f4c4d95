# SPDX-License-Identifier: Apache-2.0
"""Deadlines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resmgr.wire.grpc import timeouts


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (b"2H", 7200),
        (b"1M", 60),
        (b"10S", 10),
        (b"250m", 0.25),
        (b"99999999u", 99.999999),
        (b"5n", 5e-9),
    ],
)
def test_units(text: bytes, seconds: float) -> None:
    """Each unit means what gRPC says."""
    assert timeouts.parse(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", [b"", b"5", b"S", b"123456789S", b"-1S", b"1s", b"1.5S", b" 1S"])
def test_other_text_sets_no_deadline(text: bytes) -> None:
    """What is not of the form is no deadline."""
    assert timeouts.parse(text) is None


@given(st.floats(1e-6, 1e9))
def test_what_is_written_is_read(seconds: float) -> None:
    """A deadline survives, as exact as its eight digits allow, and is never later."""
    found = timeouts.parse(timeouts.format_seconds(seconds))

    assert found is not None
    assert found == pytest.approx(seconds, rel=1e-3)


@pytest.mark.parametrize("seconds", [0.0, -1.0, 1e-12])
def test_a_deadline_that_has_passed(seconds: float) -> None:
    """The field cannot say 0, so it says the least."""
    assert timeouts.format_seconds(seconds) == b"1n"
