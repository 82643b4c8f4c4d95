# SPDX-License-Identifier: Apache-2.0
"""Delays between attempts."""

import itertools

import pytest

from resmgr.relay import backoff


def test_delays_double_up_to_the_cap() -> None:
    """Without jitter they are 20 ms, 40 ms, ..., and never more than a second."""
    found = list(itertools.islice(backoff.delays(lambda: 0.5), 9))

    assert found == pytest.approx([0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.0, 1.0, 1.0])


@pytest.mark.parametrize(("chance", "factor"), [(0.0, 0.8), (1.0, 1.2)])
def test_delays_are_spread(chance: float, factor: float) -> None:
    """Jitter is a fifth to either side."""
    assert next(backoff.delays(lambda: chance)) == pytest.approx(0.02 * factor)


def test_chance_stays_between_0_and_1() -> None:
    """And is not always the same."""
    found = {backoff.chance() for _ in range(200)}

    assert all(0 <= one <= 1 for one in found)
    assert len(found) > 20
