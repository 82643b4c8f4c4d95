# SPDX-License-Identifier: Apache-2.0
"""Saved grants."""

import pytest
from unit.resmgr.policy.topology_aware import made
from unit.resmgr.sysfs import trees

from resmgr import cpuset
from resmgr.policy.interface import BadState
from resmgr.policy.topology_aware import grants, restore
from resmgr.policy.topology_aware import state as states
from resmgr.policy.topology_aware.grants import Grant, Saved
from resmgr.policy.topology_aware.state import State

POOLS = made.pools()
EMPTY = states.empty(POOLS)
NAMES = {pool.id: pool.name for pool in POOLS}
SUBJECT = made.subject()


def saved(pool: int, **more: object) -> Saved:
    """A grant, as it was saved."""
    given: dict[str, object] = {"memory_pool": pool, **more}
    grant = Grant(SUBJECT, pool, **given)  # type: ignore[arg-type]
    return grants.parse("c", grants.text(grant, NAMES))


def give(one: Saved, state: State = EMPTY, *, same: bool = False) -> State | None:
    """Give it back."""
    return restore.give(POOLS, state, one, SUBJECT, same=same)


def test_what_is_there_is_given() -> None:
    """All of it, with the memory pool."""
    found = give(saved(1, exclusive=0b10000, part=500, memory_pool=2, amounts=(0, 9, 0), cold=3.0))
    grant = Grant(SUBJECT, 1, 0b10000, 500, memory_pool=2, amounts=(0, 9, 0), cold=3.0)

    assert found == EMPTY.giving("c", grant)


@pytest.mark.parametrize(
    "one",
    [
        saved(1, exclusive=0b1),
        saved(0, exclusive=0b1),
        saved(1, part=4001),
        saved(1, amounts=(0, 3 << 30, 0)),
        saved(1, amounts=(1, 0, 0)),
        saved(1, part=1, reserved=True),
        saved(6, part=1001, reserved=True),
        saved(1, memory_pool=3),
    ],
)
def test_what_is_not_there_is_not_given(one: Saved) -> None:
    """CPUs of another pool or use, more than there is, memory of a pool elsewhere."""
    assert give(one) is None


def test_pools_that_are_gone_give_nothing() -> None:
    """A machine with fewer nodes."""
    laptop = made.pools(trees.LAPTOP)

    assert restore.give(laptop, states.empty(laptop), saved(1), SUBJECT, same=False) is None


def test_cpus_of_others_are_not_given() -> None:
    """Whoever comes first has them."""
    other = EMPTY.giving("o", Grant(made.subject("o"), 1, 0b10000, memory_pool=1))

    assert give(saved(1, exclusive=0b110000), other) is None


def test_a_pool_without_sharable_cpus_has_nothing_to_share() -> None:
    """Even for a container that is promised nothing."""
    pools = made.pools(reserved="0-3")
    state = states.empty(pools)

    assert restore.give(pools, state, saved(0), SUBJECT, same=False) is None
    assert restore.give(pools, state, saved(0), SUBJECT, same=True)


def test_under_the_same_pools_nothing_is_judged_anew() -> None:
    """What was promised before the daemon stopped is promised."""
    assert give(saved(1, part=4001), same=True)


def test_other_pools_have_another_layout() -> None:
    """CPUs, their use, and memory count."""
    others = [
        made.pools(reserved="1"),
        made.pools(trees.EXAMPLE.but(isolated="9")),
        made.pools(trees.EXAMPLE.but(memory=1 << 20)),
        made.pools(trees.SERVER),
    ]

    assert len({restore.layout(pools) for pools in (POOLS, *others)}) == 5
    assert restore.layout(POOLS) == restore.layout(made.pools())


def test_a_state_without_a_layout_is_none_of_ours() -> None:
    """It is started from nothing then."""
    with pytest.raises(BadState, match="no layout"):
        restore.read({"c": "{}"})
    assert restore.read({restore.LAYOUT: "x"}) == {}
    assert (
        cpuset.show(
            restore.read(
                {
                    restore.LAYOUT: "x",
                    "c": grants.text(Grant(SUBJECT, 1, 0b10000, memory_pool=1), NAMES),
                }
            )["c"].exclusive
        )
        == "4"
    )
