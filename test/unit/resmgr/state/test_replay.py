# SPDX-License-Identifier: Apache-2.0
"""Changes applied in memory."""

import pytest
from unit.resmgr.state import samples

from resmgr.state import changes, replay

FULL = changes.Saved(
    {"p1": samples.POD}, {"uid-1:main": samples.CONTAINER}, "static", {"a": "1"}, {"k": "v"}
)


@pytest.mark.parametrize(
    ("change", "result"),
    [
        (changes.DropPod("p1"), {"pods": {}}),
        (changes.DropContainer("uid-1:main"), {"containers": {}}),
        (changes.PutPolicy("none", {"b": "2"}), {"policy_name": "none", "policy": {"b": "2"}}),
        (changes.PutEntries({"a": None, "b": "2", "c": None}), {"policy": {"b": "2"}}),
        (changes.PutConfig({}), {"config": {}}),
        (changes.PutConfig(None), {"config": None}),
        (changes.DropPod("unknown"), {}),
    ],
)
def test_each_change_changes_its_part(
    change: changes.Change, result: dict[str, dict[str, str]]
) -> None:
    """A change leaves everything else as it was."""
    after = replay.apply(FULL, [change])

    assert {name: getattr(after, name) for name in result} == result
    untouched = set(changes.Saved.__slots__) - set(result)
    assert all(getattr(after, name) == getattr(FULL, name) for name in untouched)


def test_puts_replace() -> None:
    """The last thing that was said of a pod or container counts."""
    made = replay.apply(
        changes.Saved(),
        [
            changes.PutPod(samples.POD),
            changes.PutContainer(samples.container("k", attempt=1)),
            changes.PutContainer(samples.container("k", attempt=2)),
        ],
    )

    assert made.pods == {"p1": samples.POD}
    assert made.containers == {"k": samples.container("k", attempt=2)}


def test_what_was_given_stays() -> None:
    """Applying gives something new."""
    before = changes.Saved({}, {}, "static", {"a": "1"}, None)

    replay.apply(before, [changes.PutEntries({"a": None}), changes.PutPod(samples.POD)])

    assert before == changes.Saved({}, {}, "static", {"a": "1"}, None)
