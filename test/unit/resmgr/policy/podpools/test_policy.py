# SPDX-License-Identifier: Apache-2.0
"""The policy of pod pools, played on machines."""

from typing import Any

import pytest
from unit.resmgr.policy.playbook import (
    Because,
    Create,
    Node,
    Rebalance,
    Remove,
    Resize,
    Restart,
    SetCpuset,
    mems,
    shares,
    subject_of,
)
from unit.resmgr.sysfs import trees

from resmgr.policy import interface
from resmgr.policy.podpools.choose import ANNOTATION

DUAL = {"Name": "dual", "CPU": 2, "Instances": 3, "MaxPods": 2}
WISH = {ANNOTATION: "dual"}


def node(*pools: dict[str, Any], **config: Any) -> Node:
    """A node of CPUs 0-15 in four NUMA nodes that reserves CPU 0."""
    return Node(
        "podpools", trees.EXAMPLE, reserved="0", config={"Pools": list(pools or (DUAL,)), **config}
    )


def test_all_containers_of_a_pod_are_in_one_pool() -> None:
    """The first one decides; the next pod is in another instance."""
    assert (
        node()
        >> Create("a", cpu="500m", pod="p", annotations=WISH)
        << SetCpuset("a", "2-3")
        << mems("a", "0")
        << shares("a", 512)
        << Because("a", r"assigning container p:a to pool dual\[0\]")
        >> Create("b", pod="p", annotations=WISH)
        << SetCpuset("b", "2-3")
        << mems("b", "0")
        >> Create("c", cpu="1", pod="q", annotations=WISH)
        << SetCpuset("c", "4-5")
        << mems("c", "1")
        << shares("c", 1024)
    )


def test_pods_without_a_wish_are_in_the_default_pool_and_the_system_in_the_reserved() -> None:
    """The default pool has what is left."""
    assert (
        node(PinMemory=False)
        >> Create("a")
        << SetCpuset("a", "1,8-15")
        >> Create("s", namespace="kube-system")
        << SetCpuset("s", "0")
        >> Create("x", annotations={ANNOTATION: "dull"})
        << SetCpuset("x", "1,8-15")
        << Because("x", "names pool 'dull', which is not defined")
    )


def test_nothing_is_pinned_that_is_not_to_be() -> None:
    """CPUs and memory each by their option."""
    assert node(PinCPU=False, PinMemory=False) >> Create("a", cpu="1") >> Resize("a", cpu="2")
    assert node(PinCPU=False) >> Create("a", cpu="1") << mems("a", "0,2,3")


def test_who_finds_no_room_is_in_the_default_pool() -> None:
    """And stays there when there is room again."""
    full = {"Name": "one", "CPU": 4, "MaxPods": 1}
    wish = {ANNOTATION: "one"}

    assert (
        node(full, PinMemory=False)
        >> Create("a", annotations=wish)
        << SetCpuset("a", "2-5")
        >> Create("b", pod="q", annotations=wish)
        << SetCpuset("b", "1,6-15")
        << Because("b", "no instance of pool one has room")
        >> Remove("a")
        << Because("a", 'bad CPU requests: pod "a" requested 0 mCPUs, but in pool "one.0." pods')
        >> Create("c", pod="q", annotations=wish)
        << SetCpuset("c", "1,6-15")
    )


def test_a_pool_may_be_overbooked() -> None:
    """It is told, with what is used and what is there."""
    assert (
        node(PinMemory=False)
        >> Create("a", cpu="1500m", pod="p", annotations=WISH)
        << SetCpuset("a", "2-3")
        << shares("a", 1536)
        >> Create("b", cpu="1400m", pod="p", annotations=WISH)
        << SetCpuset("b", "2-3")
        << shares("b", 1433)
        << Because("b", r'overbooked pool "dual\[0\]".*2-3.*2900m / 2000m CPUs used, -900 mCPU')
    )


@pytest.mark.parametrize(("cpu", "odd"), [("1", False), ("990m", False), ("989m", True)])
def test_a_pod_that_asks_for_another_part_is_told_of_when_it_goes(cpu: str, odd: bool) -> None:  # noqa: FBT001 - a case of a table
    """What counts is the most that its containers have asked for together."""
    played = (
        node(PinCPU=False, PinMemory=False)
        .happens(Create("a", cpu=cpu, pod="p", annotations=WISH))
        .happens(Create("b", pod="p", annotations=WISH))
        .happens(Remove("a"))
    )
    step = played.policy.release(played.state, "b")

    text = 'bad CPU requests: pod "p" requested 989 mCPUs, but in pool "dual[0]"'
    text += " pods must request 1000 mCPUs."

    assert [reason.text for reason in step.reasons] == [text] * odd


def test_a_resize_changes_shares_only() -> None:
    """The pool stays, even if it is overbooked now; what changes nothing is not told."""
    assert (
        node(PinMemory=False)
        >> Create("a", cpu="1", annotations=WISH)
        << SetCpuset("a", "2-3")
        << shares("a", 1024)
        >> Resize("a", cpu="3")
        << shares("a", 3072)
        << Because("a", "3000m / 2000m CPUs used")
        >> Resize("a", cpu="3")
        >> Resize("a", cpu="1")
        << shares("a", 1024)
    )


def test_nothing_is_known_of_what_was_never_created() -> None:
    """Removing or rebalancing changes nothing, and there is nothing to export."""
    played = node() >> Remove("x") >> Rebalance()

    assert played
    assert played.offers("x") == {}


def test_a_restart_keeps_every_pod_where_it_is() -> None:
    """Also one that a fresh start would put elsewhere."""
    assert (
        node(PinMemory=False)
        >> Create("a", annotations=WISH)
        << SetCpuset("a", "2-3")
        >> Create("b", annotations=WISH)
        << SetCpuset("b", "4-5")
        >> Create("c", cpu="1", annotations=WISH)
        << SetCpuset("c", "6-7")
        << shares("c", 1024)
        >> Restart(without=("a",))
        << SetCpuset("b", "4-5")
        << SetCpuset("c", "6-7")
        << shares("c", 1024)
    )


def moved(old: Node, new: Node) -> dict[str, str]:
    """Let another configuration count; give the pools of all containers."""
    step = new.policy.start(old.policy.dump(old.state), list(old.subjects.values()))
    shown = new.policy.introspect(step.state)["Assignments"]
    return {name: one["Pool"] for name, one in shown.items()}


def test_other_pools_leave_pods_where_they_fit() -> None:
    """By the name of their pool, if it is still of the definition that they want and has room."""
    old = node()
    for name in "abcd":
        old = old.happens(Create(name, annotations=WISH))
    old = old.happens(Create("s", namespace="kube-system"))
    new = node({**DUAL, "Instances": 2, "MaxPods": 2})

    assert moved(old, old) == {
        "a": "dual[0]",
        "b": "dual[1]",
        "c": "dual[2]",
        "d": "dual[0]",
        "s": "reserved[0]",
    }
    assert moved(old, new) == {
        "a": "dual[0]",
        "b": "dual[1]",
        "c": "dual[1]",
        "d": "dual[0]",
        "s": "reserved[0]",
    }
    assert set(moved(old, node({"Name": "other", "CPU": 1})).values()) == {
        "default[0]",
        "reserved[0]",
    }


def test_what_a_built_in_pool_was_told_is_forgotten_with_its_definition() -> None:
    """A limit counts as long as it is configured."""
    limited = node({"Name": "default", "MaxPods": 1}).happens(Create("a"))
    free = node({"Name": "other", "CPU": 1})
    step = free.policy.start(limited.policy.dump(limited.state), list(limited.subjects.values()))
    following = node({"Name": "other", "CPU": 1}).happens(Create("a")).happens(Create("b"))

    assert "room" not in str(step.reasons)
    assert "room" not in str(following.policy.allocate(step.state, following.subjects["b"]))


def test_several_definitions_are_warned_of() -> None:
    """The scheduler knows nothing of pools."""
    one = node().policy.start(None, [])
    two = node(DUAL, {"Name": "other", "CPU": 1}).policy.start(None, [])

    assert one.reasons == ()
    assert ["more than one definition" in reason.text for reason in two.reasons] == [True]


def test_a_container_that_comes_in_another_sandbox_leaves_the_old_one() -> None:
    """Nothing of the former pod is left."""
    played = node().happens(Create("a", cpu="1", pod="p")).happens(Create("a", cpu="1", pod="q"))

    assert list(played.state.pods) == ["pod-q"]


def test_it_has_metrics() -> None:
    """The daemon asks who says that it has some."""
    played = node().happens(Create("a", cpu="1", pod="p"))

    assert isinstance(played.policy, interface.Measured)
    assert len(played.policy.metrics(played.state)) == 3


def test_what_tools_look_for_is_an_error() -> None:
    """An overbooked pool, and a wish for one that is not there; where a container is, is not."""
    made = node()
    for create in (
        Create("a", cpu="9", annotations=WISH),
        Create("b", annotations={ANNOTATION: "nowhere"}),
    ):
        step = made.policy.allocate(made.state, subject_of(create))

        assert sorted(one.error for one in step.reasons) == [False, True]
