# SPDX-License-Identifier: Apache-2.0
"""Amounts as people read them."""

import pytest

from ctl import amounts


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (None, None),
        (0, "0"),
        (1023, "1023"),
        (1024, "1Ki"),
        (1536, "1.5Ki"),
        (10 * 1024**2, "10Mi"),
        (3 * 1024**3 + 1, "3Gi"),
        (2**60, "1024Pi"),
    ],
)
def test_bytes_are_short(amount: int | None, shown: str | None) -> None:
    """Few digits, and the unit of 1024."""
    assert amounts.bytes_(amount) == shown


def test_cpus_are_those_of_kubernetes() -> None:
    """In milli-CPU."""
    assert amounts.cpus(1500) == "1500m"
    assert amounts.cpus(None) is None


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0s"), (59.9, "59s"), (61, "1m1s"), (3600, "1h"), (12000, "3h20m"), (200000, "2d7h")],
)
def test_time_spans_have_two_units(seconds: float, shown: str) -> None:
    """The two largest that say something."""
    assert amounts.lasting(seconds) == shown
