# SPDX-License-Identifier: Apache-2.0
"""The policy of balloons, played on machines."""

import dataclasses
from typing import Any

import pytest
from unit.resmgr.policy.playbook import (
    Because,
    Create,
    Intent,
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

from resmgr import cpuset, intents
from resmgr.intents import AssignCpuClass, SetMems, SetShares
from resmgr.policy import interface
from resmgr.policy.balloons.choose import ANNOTATION

Config = dict[str, Any]


def node(*types: Config, **config: Any) -> Node:
    """A node of CPUs 0-15 in four NUMA nodes that reserves CPU 0 and pins no memory."""
    given = {"BalloonTypes": list(types), "PinMemory": False, **config}
    return Node("balloons", trees.EXAMPLE, reserved="0", config=given)


def wish(name: str) -> dict[str, str]:
    """The annotation that asks for a type."""
    return {ANNOTATION: name}


def cpu_class(cpus: str, name: str) -> Intent:
    """The class that CPUs are put in."""
    return Intent(AssignCpuClass(cpuset.parse(cpus), name))


ONE = {"Name": "one", "MaxCPUs": 2, "MaxBalloons": 1}


def test_containers_share_a_balloon_until_it_is_full() -> None:
    """The example of the contract (policies, section 11.3)."""
    assert (
        node(ONE)
        >> Create("a", cpu="1500m", annotations=wish("one"))
        << SetCpuset("a", "2-3")
        << shares("a", 1536)
        << Because("a", r"assigning container a:a to balloon one\[0\]: type one by annotation, new")
        >> Create("b", cpu="500m", annotations=wish("one"))
        << SetCpuset("b", "2-3")
        << shares("b", 512)
        >> Create("c", cpu="100m", annotations=wish("one"))
        << Refused(r"no suitable balloon instance available for default/c:c: it requests 100m")
        >> Remove("b")
        >> Create("c", cpu="100m", annotations=wish("one"))
        << SetCpuset("c", "2-3")
        << shares("c", 102)
    )


def test_a_balloon_grows_and_shrinks_with_its_containers() -> None:
    """Those in it follow, others hear nothing; the last one to leave takes it away."""
    many = {"Name": "many", "Namespaces": ["m*"]}

    assert (
        node(many)
        >> Create("a", namespace="m")
        << SetCpuset("a", "1")
        >> Create("x")
        << SetCpuset("x", "0")
        >> Create("b", cpu="2", namespace="m")
        << SetCpuset("b", "1-2")
        << SetCpuset("a", "1-2")
        << shares("b", 2048)
        >> Remove("b")
        << SetCpuset("a", "2")
        << Because("b", r"1 of balloon many\[0\] are free again")
        >> Remove("a")
        << Because("a", r"CPUs 2 of balloon many\[0\] are free again")
        >> Create("c", cpu="1", namespace="m")
        << SetCpuset("c", "1")
        << shares("c", 1024)
    )


def test_reserved_and_default_take_everybody() -> None:
    """On the reserved CPUs; too much is told."""
    assert (
        node()
        >> Create("s", cpu="900m", namespace="kube-system")
        << SetCpuset("s", "0")
        << shares("s", 921)
        >> Create("d", cpu="1500m")
        << SetCpuset("d", "0")
        << shares("d", 1536)
        << Because("d", r"balloon default\[0\] is overbooked: 1500m of 1000m")
        >> Create("u", annotations=wish("other"))
        << Refused('no balloon for annotation "other"')
    )


def test_default_may_have_cpus_of_its_own() -> None:
    """It grows up to its limit, and never goes."""
    default = {"Name": "default", "MaxCPUs": 2}

    assert (
        node(default)
        >> Create("a", cpu="1")
        << SetCpuset("a", "1")
        << shares("a", 1024)
        >> Create("b", cpu="2")
        << SetCpuset("b", "1-2")
        << SetCpuset("a", "1-2")
        << shares("b", 2048)
        << Because("b", "overbooked: 3000m of 2000m")
        >> Remove("a")
        >> Remove("b")
        << Because("b", "free again")
        >> Create("c")
        << SetCpuset("c", "1")
    )


def test_who_finds_no_cpu_at_all_is_refused() -> None:
    """Also by a default balloon with CPUs of its own."""
    default = {"Name": "default", "MaxCPUs": 2}

    assert (
        node(default, {"Name": "all", "MinCPUs": 15, "MinBalloons": 1})
        >> Create("a")
        << Refused("type default, at most 2 CPUs each: default.0. 0m of 0m; 0 CPUs are free")
    )


def test_idle_cpus_are_shared_nearby() -> None:
    """As long as nobody has them, whoever it is."""
    greedy = {"Name": "greedy", "ShareIdleCPUsInSame": "numa", "PreferNewBalloons": True}
    other = {"Name": "other"}

    assert (
        node(greedy, other)
        >> Create("a", cpu="1", annotations=wish("greedy"))
        << SetCpuset("a", "1-3")
        << shares("a", 1024)
        >> Create("b", cpu="2", annotations=wish("other"))
        << SetCpuset("b", "2-3")
        << SetCpuset("a", "1")
        << shares("b", 2048)
        >> Remove("b")
        << SetCpuset("a", "1-3")
    )


def test_cpus_are_put_in_classes() -> None:
    """Those that come to a balloon, and those that are free again."""
    turbo = {"Name": "turbo", "CpuClass": "fast"}

    assert (
        node(turbo, IdleCPUClass="slow")
        >> Create("a", cpu="2", annotations=wish("turbo"))
        << SetCpuset("a", "2-3")
        << shares("a", 2048)
        << cpu_class("2-3", "fast")
        >> Resize("a", cpu="1")
        << SetCpuset("a", "2")
        << shares("a", 1024)
        << cpu_class("3", "slow")
        >> Restart()
        << SetCpuset("a", "2")
        << shares("a", 1024)
        << cpu_class("0", "")
        << cpu_class("1,3-15", "slow")
        << cpu_class("2", "fast")
        >> Remove("a")
        << cpu_class("2", "slow")
    )


def test_other_classes_leave_everybody() -> None:
    """Classes of idle CPUs and of built-in types as well; none at all undo what there was."""
    before = node({"Name": "a", "CPUClass": "x"}).happens(Create("c", annotations=wish("a")))
    saved, running = before.policy.dump(before.state), list(before.subjects.values())
    after = node({"Name": "a"}, {"Name": "default", "CPUClass": "y"}, IdleCPUClass="z")
    none = node({"Name": "a"})

    step = after.policy.start(saved, running)
    assert step.state == before.state
    assert [one for one in step.intents if isinstance(one, AssignCpuClass)] == [
        AssignCpuClass(0b10, ""),
        AssignCpuClass(0b1, "y"),
        AssignCpuClass(cpuset.parse("2-15"), "z"),
    ]
    assert AssignCpuClass(0xFFFF, "") in none.policy.start(saved, running).intents
    assert not any(
        isinstance(one, AssignCpuClass) for one in none.policy.start(None, running).intents
    )


def test_memory_is_that_of_the_cpus() -> None:
    """It follows a balloon that grows to another node."""
    played = node({"Name": "a"}, PinMemory=True).happens(
        Create("a", cpu="2", annotations=wish("a"))
    )
    step = played.policy.update(played.state, resized("a", "5"))

    assert set(step.intents) == {
        intents.SetCpuset("a", cpuset.parse("2-6")),
        SetShares("a", 5120),
        SetMems("a", 0b11),
    }


def resized(name: str, cpu: str) -> interface.Subject:
    """Give a container with another request."""
    return Node("none", trees.FLAT).happens(Create(name, cpu=cpu)).subjects[name]


def test_a_resize_grows_where_it_is() -> None:
    """Others in the balloon keep what they have and get more; shares are the container's own."""
    assert (
        node({"Name": "a"})
        >> Create("b", annotations=wish("a"))
        << SetCpuset("b", "1")
        >> Create("c", cpu="1", annotations=wish("a"))
        << SetCpuset("c", "1")
        << shares("c", 1024)
        >> Resize("c", cpu="2")
        << SetCpuset("b", "1-2")
        << SetCpuset("c", "1-2")
        << shares("c", 2048)
        >> Resize("c", cpu="1900m")
        << shares("c", 1945)
        >> Resize("c", cpu="1900m")
        >> Resize("c", cpu="500m")
        << SetCpuset("b", "2")
        << SetCpuset("c", "2")
        << shares("c", 512)
    )


def test_a_resize_moves_only_who_must() -> None:
    """To another balloon that has room; if there is none it is refused, and all stays."""
    pair = {"Name": "pair", "MaxCPUs": 2, "MaxBalloons": 2}

    assert (
        node(pair)
        >> Create("a", cpu="1", annotations=wish("pair"))
        << SetCpuset("a", "1")
        << shares("a", 1024)
        >> Create("b", cpu="1", annotations=wish("pair"))
        << SetCpuset("b", "1-2")
        << SetCpuset("a", "1-2")
        << shares("b", 1024)
        >> Resize("b", cpu="2")
        << SetCpuset("b", "4-5")
        << SetCpuset("a", "2")
        << shares("b", 2048)
        << Because("b", r"moves to balloon pair\[1\]: its balloon cannot grow as much")
        >> Resize("a", cpu="3")
        << Refused("no suitable balloon instance available for default/a:a: it requests 3000m")
        >> Resize("a", cpu="2")
        << SetCpuset("a", "2-3")
        << shares("a", 2048)
    )


def test_a_restart_leaves_everybody() -> None:
    """Those that have gone make room; who asks for more meanwhile gets it."""
    played = (
        node({"Name": "a"})
        >> Create("b", cpu="1", annotations=wish("a"))
        << SetCpuset("b", "1")
        << shares("b", 1024)
        >> Create("c", cpu="1", annotations=wish("a"))
        << SetCpuset("b", "1-2")
        << SetCpuset("c", "1-2")
        << shares("c", 1024)
        >> Restart(without=("b",))
        << SetCpuset("c", "2")
        << shares("c", 1024)
    )

    assert played
    step = played.policy.start(played.kept, [resized("c", "3")])
    assert cpuset.show(step.state.of("c").cpus) == "2,4-5"


def test_who_runs_is_never_lost() -> None:
    """Without room it is in the default balloon, or on the reserved CPUs if that has none."""
    running = node(ONE, {"Name": "all"})
    for name in ("a", "b"):
        running = running.happens(Create(name, cpu="2", annotations=wish("all")))
    subjects = [
        interface.Subject(one.container, model_pod(one, "one")) for one in running.subjects.values()
    ]
    empty = {"Name": "default", "MaxCPUs": 3}
    full = {"Name": "all", "MinCPUs": 13, "MinBalloons": 1}

    step = node(ONE).policy.start(None, subjects)
    assert [step.state.places[name] for name in "ab"] == ["one[0]", "default[0]"]
    assert "no suitable balloon" in step.reasons[-2 - 1].text + step.reasons[1].text
    step = node(ONE, empty, full).policy.start(None, subjects)
    assert [step.state.places[name] for name in "ab"] == ["one[0]", "reserved[0]"]


def model_pod(one: interface.Subject, name: str) -> Any:
    """Give its pod with another wish."""
    return dataclasses.replace(one.pod, annotations=wish(name))


def test_a_container_that_is_created_anew_stays() -> None:
    """One in another sandbox does not."""
    many = {"Name": "many", "PreferNewBalloons": True}

    assert (
        node(many)
        >> Create("a", cpu="1", annotations=wish("many"))
        << SetCpuset("a", "1")
        << shares("a", 1024)
        >> Create("b", cpu="1", annotations=wish("many"))
        << SetCpuset("b", "2")
        << shares("b", 1024)
        >> Create("b", cpu="1", annotations=wish("many"))
        << SetCpuset("b", "2")
        << shares("b", 1024)
        >> Create("b", cpu="2", annotations=wish("many"))
        << SetCpuset("b", "2-3")
        << shares("b", 2048)
    )


def test_a_container_in_another_sandbox_is_placed_anew() -> None:
    """Nothing of the former pod is left."""
    played = node().happens(Create("a", pod="p")).happens(Create("a", pod="q"))

    assert played.state.balloons["default[0]"].pods == {"pod-q": 1}


def test_nothing_is_known_of_what_was_never_created() -> None:
    """Removing or rebalancing changes nothing, and there is nothing to export."""
    played = node() >> Remove("x") >> Rebalance()

    assert played
    assert played.offers("x") == {}
    assert played.policy.update(played.state, resized("x", "1")).state is played.state


def test_it_has_metrics() -> None:
    """One sample for each balloon."""
    played = node({"Name": "a", "MinBalloons": 3})

    assert isinstance(played.policy, interface.Measured)
    assert [len(one.values) for one in played.policy.metrics(played.state)] == [5]


def test_a_configuration_that_does_not_fit_is_refused() -> None:
    """Before anything is changed."""
    with pytest.raises(interface.BadConfiguration, match="not enough free CPUs for balloon type"):
        node({"Name": "a", "MinCPUs": 8, "MinBalloons": 2})
