# SPDX-License-Identifier: Apache-2.0
"""From a request to a pool."""

import pytest
from unit.resmgr.policy.topology_aware import made
from unit.resmgr.sysfs import trees

from resmgr.model import Hint
from resmgr.policy.interface import CannotAllocate, Subject
from resmgr.policy.topology_aware import select
from resmgr.policy.topology_aware import state as states
from resmgr.policy.topology_aware.grants import Grant
from resmgr.policy.topology_aware.request import Request
from resmgr.policy.topology_aware.select import Placed
from resmgr.policy.topology_aware.state import State

AWARE = made.aware()
SELECTOR, POOLS = AWARE.selector, AWARE.pools
EMPTY = states.empty(POOLS)


def place(
    request: Request, state: State = EMPTY, subject: Subject | None = None, former: str = ""
) -> Placed:
    """Place a container."""
    return SELECTOR.place(state, subject or made.subject(), request, former=former)


def name(placed: Placed) -> str:
    """Give the name of the pool."""
    return POOLS[placed.grant.pool].name


def test_the_best_pool_is_told_with_the_rule() -> None:
    """And with the second best."""
    placed = place(Request(full=1))

    assert placed.texts == (
        "is in pool NUMA node #1: better than NUMA node #2 (more free CPU), 7 pools fit",
    )
    assert placed.state.grants["c"] == placed.grant


def test_system_containers_are_at_the_root() -> None:
    """Without a choice."""
    assert name(place(Request(part=10, reserved=True, at_root=True))) == "root"
    assert name(place(Request(part=10, at_root=True))) == "root"


def test_memory_decides_first() -> None:
    """A pool that lacks it is none to choose."""
    assert name(place(Request(part=10, amount=3 << 30))) == "socket #1"
    assert name(place(Request(part=10, amount=7 << 30))) == "root"
    with pytest.raises(CannotAllocate, match=r"pool found: 9Gi of .* has 8Gi of dram free"):
        place(Request(part=10, amount=9 << 30))


def test_a_former_pool_is_tried_first() -> None:
    """If it has the memory and the CPUs."""
    assert name(place(Request(part=10), former="NUMA node #3")) == "NUMA node #3"
    assert name(place(Request(part=10, amount=3 << 30), former="NUMA node #3")) == "socket #1"
    assert name(place(Request(full=4), former="NUMA node #3")) == "socket #1"


def test_the_next_pool_is_tried() -> None:
    """When the best one turns out to lack something."""
    # With one isolated CPU each, isolated CPUs decide, and then the shared part does not fit.
    aware = made.aware(trees.EXAMPLE.but(isolated="4-6"), reserved="0")
    state = aware.start(None, []).state
    state = aware.allocate(state, made.subject("a", 900)).state
    request = Request(full=2, part=900, isolate=True)
    placed = aware.selector.place(state, made.subject("x"), request, former="NUMA node #1")

    assert placed.grant.exclusive.bit_count() == 2
    assert placed.grant.part == 900


def test_nothing_that_fits_is_a_refusal() -> None:
    """With what the largest pool lacks: that none has as much can be seen by it alone."""
    with pytest.raises(CannotAllocate, match=r"can't slice 16 exclusive CPUs .* 1-15 of root"):
        place(Request(full=16))


def test_memory_that_anybody_has_is_not_free() -> None:
    """Wherever it was granted, a refusal does not count it as what the machine has."""
    grant = Grant(made.subject("o"), 0, memory_pool=0, amounts=(0, 1 << 30, 0))

    with pytest.raises(CannotAllocate, match=r"the whole machine has 7Gi of dram free"):
        place(Request(part=10, amount=9 << 30), EMPTY.giving("o", grant))


def test_hints_and_affinities_count() -> None:
    """Each more than room."""
    hinted = made.subject(hints=(Hint("dev", numas="3"),))
    drawn = made.subject(
        said={
            f"{made.DOMAIN}/affinity": "c: [{match: {key: name, "
            "operator: Exists}, scope: {key: '', operator: AlwaysTrue}}]"
        }
    )
    state = EMPTY.giving("o", Grant(made.subject("o"), 0, part=9, memory_pool=0))

    assert name(place(Request(part=10), subject=hinted)) == "NUMA node #3"
    assert name(place(Request(part=10), state, drawn)) == "NUMA node #0"


def test_who_stays_is_in_its_pool() -> None:
    """Even if another would be better by now."""
    held = Grant(made.subject(), 0, part=10, memory_pool=0)
    placed = SELECTOR.stay(EMPTY, held, made.subject(), Request(part=20))

    assert (name(placed), placed.grant.part) == ("NUMA node #0", 20)


def test_who_has_to_make_room_is_told() -> None:
    """A container that needs a socket's memory moves those of a node of it."""
    state = EMPTY.giving("o", Grant(made.subject("o"), 3, memory_pool=3, amounts=(0, 1 << 30, 0)))

    assert place(Request(amount=3 << 30), state).moved == ("o",)


@pytest.mark.parametrize(
    ("grant", "cpus", "nodes", "text"),
    [
        (
            Grant(made.subject(), 0, 0b110, 500),
            0b1110,
            0b11,
            "has CPUs 1-2 for itself, shares CPUs 3 (500m); pinning to memory 0,1",
        ),
        (Grant(made.subject(), 0, 0b110), 0b110, 0, "has CPUs 1-2 for itself"),
        (
            Grant(made.subject(), 0, part=5, reserved=True),
            0b1,
            0,
            "shares reserved CPUs 0 (5m)",
        ),
    ],
)
def test_grants_are_put_in_words(grant: Grant, cpus: int, nodes: int, text: str) -> None:
    """CPUs and memory."""
    assert select.shown(grant, cpus, nodes) == text
