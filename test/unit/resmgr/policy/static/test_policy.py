# SPDX-License-Identifier: Apache-2.0
"""The static policy, played on machines."""

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
)
from unit.resmgr.sysfs import trees

from resmgr.model import Qos
from resmgr.policy.static import wants

LAPTOP = trees.LAPTOP
ISOLATED = trees.FLAT.but(isolated="5-7")


def node(tree: trees.Tree = LAPTOP, *, relaxed: bool = False) -> Node:
    """A node that reserves CPU 0."""
    return Node("static", tree, reserved="0", config={"RelaxedIsolation": relaxed})


def test_whole_cpus_of_guaranteed_containers_are_exclusive() -> None:
    """Two CPUs are the two threads of one core, beside the reserved one."""
    assert node() >> Create("a", cpu="2") << SetCpuset("a", "1,5")


@pytest.mark.parametrize(
    "create",
    [
        Create("s"),
        Create("s", cpu="1500m"),
        Create("s", cpu="2", qos=Qos.BURSTABLE),
        Create("s", cpu="0", qos=Qos.GUARANTEED),
        Create("s", cpu="2", qos=Qos.UNKNOWN),
    ],
)
def test_other_containers_share_what_nobody_has(create: Create) -> None:
    """They get the default set as soon as they are created, not when it changes next."""
    assert (
        node()
        >> Create("a", cpu="2")
        << SetCpuset("a", "1,5")
        >> create
        << SetCpuset("s", "0,2-4,6-7")
        << Because("s", "shares")
    )


def test_who_shares_follows_the_default_set() -> None:
    """It shrinks when somebody gets CPUs of it, and grows when they come back."""
    assert (
        node()
        >> Create("s")
        << SetCpuset("s", "0-7")
        >> Create("t")
        << SetCpuset("t", "0-7")
        >> Create("a", cpu="2")
        << SetCpuset("a", "1,5")
        << SetCpuset("s", "0,2-4,6-7")
        << SetCpuset("t", "0,2-4,6-7")
        >> Remove("t")
        >> Remove("a")
        << SetCpuset("s", "0-7")
        << Because("a", "1,5 are free again")
    )


def test_reserved_cpus_are_shared_only() -> None:
    """Who wants as many CPUs as there are beside the reserved ones gets them, but no more."""
    assert (
        node()
        >> Create("a", cpu="8")
        << Refused("cannot allocate 8 exclusive CPUs for default/a:a: 1-7 free")
        >> Create("a", cpu="7")
        << SetCpuset("a", "1-7")
        >> Create("s")
        << SetCpuset("s", "0")
        >> Create("b", cpu="1")
        << Refused("none free")
    )


def test_a_container_that_is_created_anew_keeps_its_cpus() -> None:
    """A restart of a container changes nothing, for those that share neither."""
    assert (
        node()
        >> Create("a", cpu="2")
        << SetCpuset("a", "1,5")
        >> Create("s")
        << SetCpuset("s", "0,2-4,6-7")
        >> Create("a", cpu="2")
        << SetCpuset("a", "1,5")
    )


def test_nothing_is_known_of_what_was_never_created() -> None:
    """Removing or rebalancing changes nothing, and there is nothing to export."""
    played = node() >> Remove("x") >> Rebalance()

    assert played
    assert played.offers("x") == {}


def test_a_single_cpu_is_an_isolated_one() -> None:
    """As long as there are isolated CPUs; the default set does not change."""
    assert (
        node(ISOLATED)
        >> Create("s")
        << SetCpuset("s", "0-4")
        >> Create("a", cpu="1")
        << SetCpuset("a", "5")
        >> Create("b", cpu="2")
        << SetCpuset("b", "1-2")
        << SetCpuset("s", "0,3-4")
        >> Remove("a")
        >> Create("c", cpu="1")
        << SetCpuset("c", "5")
    )


@pytest.mark.parametrize(
    ("value", "cpus"), [("true", "5-6"), ("T", "5-6"), ("false", "1-2"), ("0", "1-2")]
)
def test_a_pod_may_prefer_isolated_cpus(value: str, cpus: str) -> None:
    """The annotation is that of the pod."""
    assert (
        node(ISOLATED)
        >> Create("a", cpu="2", annotations={wants.ISOLATED: value})
        << SetCpuset("a", cpus)
    )


def test_an_odd_preference_is_told() -> None:
    """What is neither true nor false does not count, and a reason says so."""
    assert (
        node(ISOLATED)
        >> Create("a", cpu="2", annotations={wants.ISOLATED: "yes"})
        << SetCpuset("a", "1-2")
        << Because("a", "'yes', neither true nor false")
    )


def test_relaxed_isolation_prefers_isolated_cpus_for_all() -> None:
    """The annotation is not looked at; without enough of them ordinary CPUs are taken."""
    assert (
        node(ISOLATED, relaxed=True)
        >> Create("a", cpu="2", annotations={wants.ISOLATED: "false"})
        << SetCpuset("a", "5-6")
        >> Create("b", cpu="2")
        << SetCpuset("b", "1-2")
    )


def test_isolated_cpus_help_out() -> None:
    """Where too few others are free, all are looked at."""
    assert node(ISOLATED) >> Create("a", cpu="6") << SetCpuset("a", "1-6")


def test_a_container_grows_where_it_is() -> None:
    """It keeps its CPUs, and the new ones are of its own core, node and package."""
    assert (
        node(trees.SERVER)
        >> Create("a", cpu="1")
        << SetCpuset("a", "8")
        >> Create("b", cpu="1")
        << SetCpuset("b", "16")
        >> Resize("b", cpu="2")
        << SetCpuset("b", "1,16")
        >> Resize("a", cpu="2")
        << SetCpuset("a", "8,24")
        >> Resize("b", cpu="6")
        << SetCpuset("b", "1-3,16-18")
        >> Resize("b", cpu="8")
        << SetCpuset("b", "1-4,16-19")
    )


def test_a_container_shrinks_where_it_is() -> None:
    """It keeps whole cores, and the others get what it loses."""
    assert (
        node()
        >> Create("s")
        << SetCpuset("s", "0-7")
        >> Create("a", cpu="4")
        << SetCpuset("a", "1-2,5-6")
        << SetCpuset("s", "0,3-4,7")
        >> Resize("a", cpu="2")
        << SetCpuset("a", "1,5")
        << SetCpuset("s", "0,2-4,6-7")
    )


def test_a_resize_that_cannot_be_met_changes_nothing() -> None:
    """It is refused with what the container has and what is free, and everything stays."""
    assert (
        node()
        >> Create("a", cpu="2")
        << SetCpuset("a", "1,5")
        >> Create("s")
        << SetCpuset("s", "0,2-4,6-7")
        >> Resize("a", cpu="8")
        << Refused("8 exclusive CPUs for default/a:a, it has 1,5: 2-4,6-7 free")
        >> Restart()
        << SetCpuset("a", "1,5")
        << SetCpuset("s", "0,2-4,6-7")
    )


def test_a_container_may_come_to_share_by_a_resize() -> None:
    """Without a whole number of CPUs it shares; with one again it has its own."""
    assert (
        node()
        >> Create("a", cpu="2")
        << SetCpuset("a", "1,5")
        >> Resize("a", cpu="2500m")
        << SetCpuset("a", "0-7")
        >> Resize("a", cpu="2")
        << SetCpuset("a", "1,5")
    )


def test_a_restarted_container_may_want_more() -> None:
    """What it asks for when it is created anew counts, as in a resize."""
    assert (
        node()
        >> Create("a", cpu="2")
        << SetCpuset("a", "1,5")
        >> Create("a", cpu="3")
        << SetCpuset("a", "1,4-5")
    )


def test_containers_with_isolated_cpus_get_more_of_them() -> None:
    """What is near counts, and isolated CPUs are not spared for others."""
    assert (
        node(trees.Tree(packages=2, isolated="6-7"))
        >> Create("a", cpu="1")
        << SetCpuset("a", "6")
        >> Resize("a", cpu="4")
        << SetCpuset("a", "4-7")
    )


def test_a_restart_keeps_what_everybody_has() -> None:
    """The same CPUs are told once more, to who shares too; those of the gone are free."""
    assert (
        node(ISOLATED)
        >> Create("a", cpu="2")
        << SetCpuset("a", "1-2")
        >> Create("i", cpu="1")
        << SetCpuset("i", "5")
        >> Create("b", cpu="1", annotations={wants.ISOLATED: "true"})
        << SetCpuset("b", "6")
        >> Create("s")
        << SetCpuset("s", "0,3-4")
        >> Restart(without=("a",))
        << SetCpuset("i", "5")
        << SetCpuset("b", "6")
        << SetCpuset("s", "0-4")
    )


def test_a_start_without_state_allocates_in_order() -> None:
    """Containers that run already get what they ask for, one after the other; who cannot shares."""
    empty = Node("static", LAPTOP, reserved="0")
    saved = empty.policy.dump(empty.state)

    assert (
        node()
        >> Create("s")
        << SetCpuset("s", "0-7")
        >> Create("b", cpu="2")
        << SetCpuset("b", "1,5")
        << SetCpuset("s", "0,2-4,6-7")
        >> Create("a", cpu="2")
        << SetCpuset("a", "2,6")
        << SetCpuset("s", "0,3-4,7")
        >> Remove("b")
        << SetCpuset("s", "0-1,3-5,7")
        >> Create("c", cpu="5")
        << SetCpuset("c", "1,3-5,7")
        << SetCpuset("s", "0")
        >> Restart(saved=saved)
        << SetCpuset("a", "1,5")
        << SetCpuset("c", "2-4,6-7")
        << SetCpuset("s", "0")
    )


def test_a_start_that_cannot_place_all_lets_the_rest_share() -> None:
    """Nobody is lost when the saved state is; a reason tells who shares for want of CPUs."""
    big = node(trees.FLAT) >> Create("a", cpu="4") << SetCpuset("a", "1-4") >> Create("b", cpu="3")
    small = Node("static", trees.FLAT.but(offline="7"), reserved="0")
    step = small.policy.start(None, list(big.subjects.values()))

    assert small.policy.export(step.state, "a") == {"EXCLUSIVE_CPUS": "1-4"}
    assert small.policy.export(step.state, "b") == {"SHARED_CPUS": "0,5-6"}
    assert ["cannot allocate 3" in reason.text for reason in step.reasons] == [False, True]


def test_containers_may_know_their_cpus() -> None:
    """Shared ones, or exclusive and isolated ones, each only if there are any."""
    played = (
        node(ISOLATED)
        >> Create("s")
        << SetCpuset("s", "0-4")
        >> Create("a", cpu="6")
        << SetCpuset("a", "1-6")
        << SetCpuset("s", "0")
        >> Create("i", cpu="1")
        << SetCpuset("i", "7")
    )

    assert played
    assert played.offers("s") == {"SHARED_CPUS": "0"}
    assert played.offers("a") == {"EXCLUSIVE_CPUS": "1-4", "ISOLATED_CPUS": "5-6"}
    assert played.offers("i") == {"ISOLATED_CPUS": "7"}


def test_introspection_shows_sets_and_assignments() -> None:
    """Pools of CPUs, and who has which."""
    played = (
        node(ISOLATED)
        >> Create("a", cpu="2")
        << SetCpuset("a", "1-2")
        >> Create("b", cpu="1")
        << SetCpuset("b", "5")
        >> Create("s")
        << SetCpuset("s", "0,3-4")
    )

    assert played
    assert played.policy.introspect(played.state) == {
        "Pools": {
            "exclusive": {"Name": "exclusive", "CPUs": "1-2,5"},
            "default": {"Name": "default", "CPUs": "0,3-4"},
            "reserved": {"Name": "reserved", "CPUs": "0"},
            "isolated": {"Name": "isolated", "CPUs": "6-7"},
        },
        "Assignments": {
            "a": {"SharedCPUs": "", "ExclusiveCPUs": "1-2", "Pool": "exclusive"},
            "b": {"SharedCPUs": "", "ExclusiveCPUs": "5", "Pool": "exclusive"},
            "s": {"SharedCPUs": "0,3-4", "ExclusiveCPUs": "", "Pool": "default"},
        },
    }
