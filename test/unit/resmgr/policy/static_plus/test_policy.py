# SPDX-License-Identifier: Apache-2.0
"""The policy static-plus, played on machines."""

import pytest
from unit.resmgr.policy.playbook import (
    Because,
    Create,
    Node,
    Rebalance,
    Refused,
    Remove,
    Resize,
    Restart,
    SetCpuset,
    shares,
)
from unit.resmgr.sysfs import trees

from resmgr import intents
from resmgr.model import Qos
from resmgr.policy import annotations, interface
from resmgr.policy.static_plus import policy

ISOLATED = trees.FLAT.but(isolated="6-7")
OPT_OUT = {annotations.PREFER_ISOLATED: "false"}


def node(tree: trees.Tree = trees.FLAT, available: str = "") -> Node:
    """A node of eight CPUs that reserves CPU 0."""
    return Node("static-plus", tree, reserved="0", available=available)


@pytest.mark.parametrize(
    ("create", "cpus", "weight"),
    [
        (Create("a"), "1-7", 2),
        (Create("a", cpu="500m"), "1-7", 512),
        (Create("a", cpu="2", qos=Qos.BURSTABLE), "1-2", 2048),
        (Create("a", cpu="2500m"), "1-7", 512),
        (Create("a", cpu="7"), "1-7", 7168),
        (Create("a", cpu="3", namespace="kube-system"), "0", 3072),
    ],
)
def test_whole_cpus_are_exclusive_and_the_rest_is_shared(
    create: Create, cpus: str, weight: int
) -> None:
    """The class of the pod does not matter; a part has its weight beside exclusive CPUs."""
    assert node() >> create << SetCpuset("a", cpus) << shares("a", weight)


def test_isolated_cpus_come_first() -> None:
    """If there are enough for all that is asked for, and the pod does not opt out."""
    assert (
        node(ISOLATED)
        >> Create("s", cpu="100m")
        << SetCpuset("s", "1-5")
        << shares("s", 102)
        >> Create("a", cpu="2", annotations=OPT_OUT)
        << SetCpuset("a", "1-2")
        << shares("a", 2048)
        << SetCpuset("s", "3-5")
        >> Create("b", cpu="1200m")
        << SetCpuset("b", "3-6")
        << shares("b", 204)
        << Because("b", "isolated CPUs 6 for itself")
        >> Create("c", cpu="2")
        << SetCpuset("c", "3-4")
        << shares("c", 2048)
        << SetCpuset("s", "5")
        << SetCpuset("b", "5-6")
    )


def test_a_wish_that_nobody_understands_opts_out() -> None:
    """It is told why."""
    odd = {annotations.PREFER_ISOLATED: "perhaps"}

    assert (
        node(ISOLATED)
        >> Create("a", cpu="1", annotations=odd)
        << SetCpuset("a", "1")
        << shares("a", 1024)
        << Because("a", "'perhaps', neither true nor false")
    )


def test_what_there_is_not_is_refused() -> None:
    """Isolated and shared CPUs are not mixed; nobody else is told anything."""
    assert (
        node(ISOLATED)
        >> Create("s")
        << SetCpuset("s", "1-5")
        << shares("s", 2)
        >> Create("a", cpu="6")
        << Refused("^failed to allocate 6 exclusive CPUs: not enough capacity for default/a:a")
    )


def test_only_who_has_other_cpus_now_is_told() -> None:
    """Reserved and purely exclusive containers keep theirs (the original moved them)."""
    assert (
        node()
        >> Create("k", cpu="100m", namespace="kube-system")
        << SetCpuset("k", "0")
        << shares("k", 102)
        >> Create("x", cpu="1")
        << SetCpuset("x", "1")
        << shares("x", 1024)
        >> Create("s", cpu="100m")
        << SetCpuset("s", "2-7")
        << shares("s", 102)
        >> Create("t", cpu="100m")
        << SetCpuset("t", "2-7")
        << shares("t", 102)
        >> Remove("x")
        << SetCpuset("s", "1-7")
        << SetCpuset("t", "1-7")
        << Because("x", "CPUs 1 are free again")
        >> Remove("t")
        >> Remove("t")
        >> Rebalance()
    )


def test_who_comes_after_the_pool_is_full_uses_reserved_cpus_too() -> None:
    """Until there is room; with no shared CPU left, all of them do."""
    assert (
        node(available="0-2")
        >> Create("a", cpu="900m")
        << SetCpuset("a", "1-2")
        << shares("a", 921)
        >> Create("b", cpu="1")
        << SetCpuset("b", "1")
        << shares("b", 1024)
        << SetCpuset("a", "2")
        >> Create("c", cpu="100m")
        << SetCpuset("c", "2")
        << shares("c", 102)
        >> Create("d", cpu="100m")
        << SetCpuset("d", "0,2")
        << shares("d", 102)
        >> Remove("a")
        << SetCpuset("d", "2")
        >> Create("e", cpu="1")
        << SetCpuset("e", "2")
        << shares("e", 1024)
        << SetCpuset("c", "0")
        << SetCpuset("d", "0")
    )


def test_a_resize_is_followed() -> None:
    """In place where it can; a refused one changes nothing."""
    assert (
        node()
        >> Create("s")
        << SetCpuset("s", "1-7")
        << shares("s", 2)
        >> Create("a", cpu="2")
        << SetCpuset("a", "1-2")
        << shares("a", 2048)
        << SetCpuset("s", "3-7")
        >> Resize("a", cpu="3500m")
        << SetCpuset("a", "1-7")
        << shares("a", 512)
        << SetCpuset("s", "4-7")
        >> Resize("a", cpu="8")
        << Refused("it has 1-3")
        >> Resize("a", cpu="1")
        << SetCpuset("a", "1")
        << shares("a", 1024)
        << SetCpuset("s", "2-7")
        >> Resize("s", cpu="300m")
        << SetCpuset("s", "2-7")
        << shares("s", 307)
    )


def test_nothing_is_known_of_what_was_never_created() -> None:
    """A resize of it changes nothing."""
    played = node() >> Create("a") << SetCpuset("a", "1-7") << shares("a", 2)
    subject = played.subjects["a"]

    assert played.policy.update(node().state, subject) == interface.Step(node().state)
    assert played.offers("x") == {}


def test_a_restart_keeps_what_containers_have() -> None:
    """What went away meanwhile is free again."""
    assert (
        node()
        >> Create("a", cpu="1")
        << SetCpuset("a", "1")
        << shares("a", 1024)
        >> Create("b", cpu="1")
        << SetCpuset("b", "2")
        << shares("b", 1024)
        >> Create("s")
        << SetCpuset("s", "3-7")
        << shares("s", 2)
        >> Restart(without=("a",))
        << SetCpuset("b", "2")
        << shares("b", 1024)
        << SetCpuset("s", "1,3-7")
        << shares("s", 2)
    )


def test_who_runs_already_and_cannot_have_what_it_wants_shares() -> None:
    """A start refuses nobody."""
    played = node().happens(Create("a", cpu="4"))
    small = Node("static-plus", trees.FLAT, reserved="0", available="0-3").policy
    step = small.start(None, list(played.subjects.values()))

    assert step.intents[0] == intents.SetCpuset("a", 0b1110)
    assert "it shares" in step.reasons[0].text


def test_a_configuration_that_takes_exclusive_cpus_away_is_refused() -> None:
    """The policy before goes on then."""
    played = node().happens(Create("a", cpu="4"))
    other = Node("static-plus", trees.FLAT, reserved="0", available="0-3").policy

    with pytest.raises(interface.BadState, match="CPUs 1-4 of container a may not be used"):
        other.start(played.kept, list(played.subjects.values()))


def test_containers_may_know_their_cpus() -> None:
    """Of each kind, where there are any."""
    played = node(ISOLATED)
    for create in (
        Create("k", cpu="1", namespace="kube-system"),
        Create("i", cpu="1"),
        Create("m", cpu="2500m", annotations=OPT_OUT),
        Create("s"),
    ):
        played.happens(create)

    assert played.offers("k") == {"SHARED_CPUS": "0"}
    assert played.offers("i") == {"ISOLATED_CPUS": "6"}
    assert played.offers("m") == {"SHARED_CPUS": "3-5", "EXCLUSIVE_CPUS": "1-2"}
    assert played.offers("s") == {}


def test_it_shows_pools_and_assignments() -> None:
    """As the introspection page and the metrics have them."""
    played = node(ISOLATED).happens(Create("m", cpu="1500m"))
    shown = played.policy.introspect(played.state)
    assert isinstance(played.policy, policy.StaticPlus)
    (samples,) = played.policy.metrics(played.state)

    assert shown["Pools"]["shared"] == {"Name": "shared", "CPUs": "1-5"}
    assert shown["Assignments"]["m"] == {
        "SharedCPUs": "1-5",
        "CPUShare": 500,
        "ExclusiveCPUs": "6",
        "Pool": "isolated",
    }
    assert list(samples.values) == [(("isolated",), 1.0), (("reserved",), 1.0), (("shared",), 5.0)]


def test_it_shows_the_pool_of_those_who_share_nothing() -> None:
    """Each container is in a pool that is shown."""
    played = node(ISOLATED).happens(Create("a", cpu="4")).happens(Create("i", cpu="1"))
    shown = played.policy.introspect(played.state)
    own = shown["Assignments"]["a"]["ExclusiveCPUs"]

    assert shown["Pools"]["exclusive"] == {"Name": "exclusive", "CPUs": own}
    assert {one["Pool"] for one in shown["Assignments"].values()} <= shown["Pools"].keys()
