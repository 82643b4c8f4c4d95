# SPDX-License-Identifier: Apache-2.0
"""The policy dynamic-pools, played on machines."""

from typing import Any

import pytest
from unit.resmgr.policy.playbook import (
    Because,
    Create,
    Loaded,
    Node,
    Rebalance,
    Refused,
    Remove,
    Resize,
    Restart,
    SetCpuset,
    mems,
    shares,
)
from unit.resmgr.sysfs import trees

from resmgr import intents
from resmgr.policy import interface
from resmgr.policy.dynamic_pools import choose, policy

TYPES = [{"Name": "a", "Namespaces": ["a"]}, {"Name": "b", "Namespaces": ["b"]}]


def node(*, available: str = "", **more: Any) -> Node:
    """A node of eight CPUs that reserves the first; memory is left alone unless told."""
    config = {"DynamicPoolTypes": TYPES, "PinMemory": False} | more
    return Node("dynamic-pools", trees.FLAT, reserved="0", available=available, config=config)


def test_a_pool_has_what_its_containers_request() -> None:
    """Rounded up together; the rest is shared, and comes back."""
    assert (
        node()
        >> Create("s", cpu="100m")
        << SetCpuset("s", "1-7")
        << shares("s", 102)
        << Because("s", "^assigning container s:s to dynamicPool shared: ")
        >> Create("x", cpu="1500m", namespace="a")
        << SetCpuset("x", "6-7")
        << shares("x", 1536)
        << SetCpuset("s", "1-5")
        >> Create("y", cpu="500m", namespace="a")
        << SetCpuset("y", "6-7")
        << shares("y", 512)
        >> Create("z", cpu="100m", namespace="b")
        << SetCpuset("z", "5")
        << shares("z", 102)
        << SetCpuset("s", "1-4")
        >> Remove("x")
        << SetCpuset("y", "6")
        << SetCpuset("s", "1-4,7")
        >> Remove("x")
        >> Rebalance()
    )


def test_system_containers_run_on_the_reserved_cpus() -> None:
    """Whatever they ask for; no pool changes."""
    assert (
        node()
        >> Create("k", cpu="9", namespace="kube-system")
        << SetCpuset("k", "0")
        << shares("k", 9216)
        >> Create("s")
        << SetCpuset("s", "1-7")
    )


def test_idle_cpus_follow_the_load() -> None:
    """When it has been measured; the pool with the most of it gets what is left."""
    busy = dict.fromkeys(range(8), 0)

    assert (
        node()
        >> Create("s", cpu="100m")
        << SetCpuset("s", "1-7")
        << shares("s", 102)
        >> Create("x", cpu="1", namespace="a")
        << SetCpuset("x", "7")
        << shares("x", 1024)
        << SetCpuset("s", "1-6")
        >> Loaded(busy)
        >> Loaded(busy | {7: 900, 1: 300})
        << SetCpuset("x", "3-7")
        << SetCpuset("s", "1-2")
        >> Loaded(busy | {1: 500})
        << SetCpuset("x", "3")
        << SetCpuset("s", "1-2,4-7")
        >> Remove("s")
        >> Remove("x")
    )


def test_memory_is_near_to_the_cpus() -> None:
    """And is told when the pool has CPUs of other nodes."""
    config = {"DynamicPoolTypes": TYPES}

    assert (
        Node("dynamic-pools", trees.EXAMPLE, reserved="0", config=config)
        >> Create("s")
        << SetCpuset("s", "1-15")
        << mems("s", "0-3")
        >> Create("x", cpu="4", namespace="a")
        << SetCpuset("x", "4-7")
        << mems("x", "1")
        << shares("x", 4096)
        << SetCpuset("s", "1-3,8-15")
        << mems("s", "0,2-3")
    )


def test_what_can_never_be_met_is_refused() -> None:
    """More than all pools have, a pool that there is not, a pool for which no CPU is left."""
    wish = {choose.ANNOTATION: "c"}
    small = node(available="0-1")

    assert (
        node()
        >> Create("x", cpu="7100m")
        << Refused("cannot allocate 7100m of CPU for x:x: all pools together have 7 CPUs")
        >> Create("x", cpu="1", annotations=wish)
        << Refused("no dynamicPool for annotation")
    )
    assert (
        small
        >> Create("s")
        << SetCpuset("s", "1")
        >> Create("x", cpu="1", namespace="a")
        << Refused("2 pools have containers, but there are only 1 CPUs")
    )


def test_too_much_in_sum_is_shared_out() -> None:
    """As in the original nobody is refused for what others request; it is told."""
    assert (
        node()
        >> Create("x", cpu="6", namespace="a")
        << SetCpuset("x", "2-7")
        << shares("x", 6144)
        >> Create("y", cpu="6", namespace="b")
        << SetCpuset("y", "1,6-7")
        << shares("y", 6144)
        << SetCpuset("x", "2-5")
        << Because("y", "pools are too small: they need 12 CPUs, and have 7")
    )


def test_a_resize_is_followed() -> None:
    """The container stays in its pool; what cannot be is refused and changes nothing."""
    assert (
        node()
        >> Create("s")
        << SetCpuset("s", "1-7")
        >> Create("x", cpu="1", namespace="a")
        << SetCpuset("x", "7")
        << shares("x", 1024)
        << SetCpuset("s", "1-6")
        >> Resize("x", cpu="1500m")
        << SetCpuset("x", "6-7")
        << shares("x", 1536)
        << SetCpuset("s", "1-5")
        << Because("x", "asks for 1500m now")
        >> Resize("x", cpu="8")
        << Refused("all pools together have 7")
        >> Resize("s", cpu="200m")
        << SetCpuset("s", "1-5")
        << shares("s", 204)
    )
    played = node().happens(Create("s"))
    assert played.policy.update(node().state, played.subjects["s"]) == interface.Step(node().state)


def test_a_restart_keeps_pools_and_load() -> None:
    """What went away meanwhile makes room."""
    assert (
        node()
        >> Create("s")
        << SetCpuset("s", "1-7")
        >> Create("x", cpu="1", namespace="a")
        << SetCpuset("x", "7")
        << shares("x", 1024)
        << SetCpuset("s", "1-6")
        >> Loaded({7: 1000})
        << SetCpuset("x", "2-7")
        << SetCpuset("s", "1")
        >> Restart()
        << SetCpuset("x", "2-7")
        << shares("x", 1024)
        << SetCpuset("s", "1")
        >> Create("t")
        << SetCpuset("t", "1")
        >> Restart(without=("x",))
        << SetCpuset("s", "1-7")
        << SetCpuset("t", "1-7")
    )


def test_a_configuration_is_taken_with_what_there_is() -> None:
    """Containers go to other pools if the rules say so; CPUs stay where they can."""
    played = node().happens(Create("s")).happens(Create("x", cpu="2", namespace="a"))
    other = node(DynamicPoolTypes=[{"Name": "c", "Namespaces": ["a"], "CPUClass": "fast"}])
    step = other.policy.start(played.kept, list(played.subjects.values()))

    assert intents.SetCpuset("s", 0b11_1110) in step.intents
    assert intents.SetCpuset("x", 0b1100_0000) in step.intents
    assert intents.AssignCpuClass(0b1100_0000, "fast") in step.intents


def test_a_start_finds_a_place_for_all_that_run() -> None:
    """Pools share if there are more of them than CPUs."""
    played = node().happens(Create("s")).happens(Create("x", cpu="1", namespace="a"))
    small = node(available="0-1")
    step = small.policy.start(None, list(played.subjects.values()))

    assert {one for one in step.intents if isinstance(one, intents.SetCpuset)} == {
        intents.SetCpuset("s", 0b10),
        intents.SetCpuset("x", 0b10),
    }
    assert "is in shared: 2 pools" in step.reasons[-1].text


@pytest.mark.parametrize("available", ["0", ""])
def test_pools_need_a_cpu(available: str) -> None:
    """Where all that are available are reserved the configuration is refused."""
    reserved = "0" if available else "0-7"
    with pytest.raises(interface.BadConfiguration, match="has no CPU for its pools"):
        Node("dynamic-pools", trees.FLAT, reserved=reserved, available=available)


def test_it_is_seen() -> None:
    """Nothing is exported."""
    played = node().happens(Create("x", cpu="1", namespace="a"))
    assert isinstance(played.policy, policy.DynamicPools)

    assert played.policy.metrics(played.state)[0].metric.name == "DynamicPools"
    assert played.policy.introspect(played.state)["Assignments"]["x"]["Pool"] == "a"
    assert played.offers("x") == {}
