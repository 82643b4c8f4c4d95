# SPDX-License-Identifier: Apache-2.0
"""The policy topology-aware over restarts, other configurations and rebalancing."""

from unit.resmgr.policy.playbook import (
    Create,
    Node,
    Rebalance,
    Remove,
    Resize,
    Restart,
    SetCpuset,
    shares,
)
from unit.resmgr.policy.topology_aware import made
from unit.resmgr.sysfs import trees

from resmgr import cpuset
from resmgr.model import Qos


def node() -> Node:
    """A node that reserves CPU 0 and binds no memory, so that plays are about CPUs."""
    return Node("topology-aware", trees.EXAMPLE, reserved="0", config={"PinMemory": False})


def test_a_restart_keeps_every_place() -> None:
    """All are told once more; the CPUs of those that went away are free."""
    assert (
        node()
        >> Create("a", cpu="1")
        << SetCpuset("a", "4")
        << shares("a", 2)
        >> Create("b", cpu="500m")
        << SetCpuset("b", "8-11")
        << shares("b", 512)
        >> Create("c", cpu="3")
        << SetCpuset("c", "12-14")
        << shares("c", 2)
        >> Restart(without=("c",))
        << SetCpuset("a", "4")
        << shares("a", 2)
        << SetCpuset("b", "8-11")
        << shares("b", 512)
    )


def test_another_configuration_keeps_what_it_can() -> None:
    """Under other reserved CPUs, who has lost its CPU gets another one in its pool."""
    first = made.aware(reserved="0")
    state = first.start(None, []).state
    running = [made.subject("a", 1000), made.subject("b", 1000)]
    for subject in running:
        state = first.allocate(state, subject).state
    second = made.aware(reserved="4")
    after = second.start(first.dump(state), running).state

    assert [cpuset.show(state.grants[name].exclusive) for name in "ab"] == ["4", "8"]
    assert [cpuset.show(after.grants[name].exclusive) for name in "ab"] == ["5", "8"]


def test_who_fits_nowhere_at_a_start_runs_on() -> None:
    """It shares what there is, and gets what it wants when there is room."""
    big = made.aware()
    running = [made.subject("a", 7000), made.subject("b", 5000)]
    state = big.start(None, []).state
    for subject in running:
        state = big.allocate(state, subject).state
    small = made.aware(trees.LAPTOP)
    step = small.start(big.dump(state), running)
    texts = [reason.text for reason in step.reasons if reason.container == "a"]

    assert step.state.grants["a"].makeshift
    assert step.state.grants["b"].exclusive.bit_count() == 5
    assert any(text.startswith("is in pool") or "without guarantee" in text for text in texts)
    later = small.release(step.state, "b").state
    grown = small.update(later, made.subject("a", 5000)).state
    assert not grown.grants["a"].makeshift
    assert grown.grants["a"].exclusive.bit_count() == 5


def test_rebalancing_mends_what_is_makeshift() -> None:
    """Guaranteed containers stay where they are otherwise."""
    small = made.aware(trees.LAPTOP)
    running = [made.subject("b", 5000), made.subject("a", 4000)]
    state = small.start(None, running).state
    assert state.grants["a"].makeshift

    freed = small.release(state, "b").state
    assert not small.rebalance(freed).state.grants["a"].makeshift
    assert small.rebalance(state).state is state


def test_rebalancing_spreads_those_that_share() -> None:
    """Once done, doing it again changes nothing."""
    played = node()
    for number in range(8):
        played = played.happens(Create(f"c{number}", cpu="900m", qos=Qos.BURSTABLE))
    for number in (0, 1, 4, 5):
        played = played.happens(Remove(f"c{number}"))
    played = played.happens(Rebalance())
    pools = sorted(grant.pool for grant in played.state.grants.values())

    assert pools == [0, 1, 3, 4]
    assert played.policy.rebalance(played.state).state is played.state


def test_nobody_makes_room_for_memory_that_is_in_use_already() -> None:
    """A container that is resized and needs no more memory moves nobody else's."""
    started = (
        Node("topology-aware", trees.EXAMPLE, reserved="0")
        .happens(Create("large", qos=Qos.BURSTABLE, memory="3Gi"))
        .happens(Create("late"))
    )
    before = started.state.grants["late"]
    started.happens(Resize("large", ""))

    assert started.state.grants["late"] == before
    assert started.state.grants["large"].memory_pool != before.memory_pool
