# SPDX-License-Identifier: Apache-2.0
"""Changes that wait for room."""

import hypothesis
import hypothesis.strategies as st
from unit.resmgr.state import samples

from resmgr.state import changes, pending, replay


@hypothesis.given(st.lists(samples.changes, max_size=20), st.lists(samples.changes, max_size=5))
def test_what_waits_has_the_same_effect(
    given: list[changes.Change], before: list[changes.Change]
) -> None:
    """Whatever was remembered before, the kept changes lead where all of them lead."""
    waiting = pending.Pending()
    for change in given:
        waiting.add(change)
    start = replay.apply(changes.Saved(), before)

    assert replay.apply(start, waiting.changes()) == replay.apply(start, given)


def test_memory_is_bounded_by_what_there_is() -> None:
    """A thousand changes of one container wait as one."""
    waiting = pending.Pending()
    for attempt in range(1000):
        waiting.add(changes.PutContainer(samples.container("k", attempt=attempt)))
        waiting.add(changes.PutEntries({"k": str(attempt)}))

    assert len(waiting) == 2
    assert waiting.changes() == (
        changes.PutContainer(samples.container("k", attempt=999)),
        changes.PutEntries({"k": "999"}),
    )


def test_what_is_cleared_is_gone() -> None:
    """After writing nothing waits."""
    waiting = pending.Pending()
    waiting.add(changes.PutConfig(None))

    waiting.clear()

    assert not waiting
    assert waiting.changes() == ()
