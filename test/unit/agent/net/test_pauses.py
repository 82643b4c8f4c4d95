# SPDX-License-Identifier: Apache-2.0
"""Pauses between tries."""

from hypothesis import given
from hypothesis import strategies as st

from agent.net.pauses import Pauses


@given(st.floats(0, 1))
def test_they_grow_to_a_bound_and_begin_again(chance: float) -> None:
    """Spread over as much as they are long, so that nodes part."""
    pauses = Pauses(lambda: chance, first=1.0, longest=8.0)
    found = [pauses.after_failure() for _ in range(6)]
    pauses.after_success()

    assert found == [base * (0.5 + chance) for base in (1.0, 2.0, 4.0, 8.0, 8.0, 8.0)]
    assert pauses.after_failure() == 0.5 + chance
