# SPDX-License-Identifier: Apache-2.0
"""A node in the mind: pods come, go and are resized, policies are switched."""

import hypothesis
import pytest
from hypothesis import strategies as st
from unit.ctl.simulation import made
from unit.resmgr.sysfs import trees

from ctl.simulation import kubelet, placements
from ctl.simulation.records import State
from ctl.simulation.run import Simulation, Unknown
from resmgr import cpuset
from resmgr.policy import registry
from resmgr.policy.interface import Constraints, PolicyError


def cpus(simulation: Simulation, name: str) -> str:
    """The CPUs of a container."""
    (one,) = (one for one in placements.of(simulation).containers if one.name == name)
    return cpuset.show(one.cpus)


def states(simulation: Simulation) -> dict[str, State]:
    """What became of each container."""
    return {one.name: one.state for one in simulation.records}


def test_a_pod_gets_what_the_policy_gives() -> None:
    """Others share what is left."""
    node = made.simulation("static", made.whole("a", "2"), made.pod("b"))

    assert cpus(node, "default/a:c") == "1,9"
    assert cpus(node, "default/b:c") == "0,2-8,10-15"


def test_init_containers_have_ended_before_the_others_begin() -> None:
    """What they had is free again; sidecars keep theirs."""
    init = (made.one("first", "6", "1Gi"), made.one("side", "1", "1Gi", restartPolicy="Always"))
    node = made.simulation("static", made.pod("a", made.one("main", "6", "1Gi"), init=init))

    assert states(node) == {
        "default/a:first": State.FINISHED,
        "default/a:side": State.RUNNING,
        "default/a:main": State.RUNNING,
    }
    assert cpuset.parse(cpus(node, "default/a:main")).bit_count() == 6


def test_a_refusal_is_told_and_others_go_on() -> None:
    """The other containers of the pod, too."""
    pod = made.pod("a", made.one("much", "99", "1Gi"), made.one("ok", "1", "1Gi"))
    node = made.simulation("static", pod)
    (refused, _) = node.records

    assert states(node) == {"default/a:much": State.REFUSED, "default/a:ok": State.RUNNING}
    assert "cannot allocate 99 exclusive CPUs" in refused.refusal


def test_after_a_refused_init_container_nothing_begins() -> None:
    """The kubelet would try it again and again."""
    init = (made.one("much", "99", "1Gi"),)
    node = made.simulation("static", made.pod("a", made.one("c", "1", "1Gi"), init=init))

    assert states(node) == {"default/a:much": State.REFUSED, "default/a:c": State.WAITING}


def test_what_was_refused_is_tried_again() -> None:
    """Once there is room, the rest of the pod begins, too."""
    init = (made.one("i", "9", "1Gi"),)
    pod = made.pod("a", made.one("c", "1", "1Gi"), init=init)
    node = made.simulation("static", made.whole("b", "10"), pod)
    node.try_again()

    assert states(node)["default/a:i"] is State.REFUSED
    node.remove("default/b")
    node.try_again()
    assert states(node) == {"default/a:i": State.FINISHED, "default/a:c": State.RUNNING}
    assert [one.refusal for one in node.records] == ["", ""]


def test_a_pod_that_goes_gives_everything_back() -> None:
    """The node is as it was before it came."""
    node = made.simulation("static", made.pod("b"))
    before = node.engine.policy_state
    (spec,) = made.specs(made.whole("a", "2"))
    node.add(spec)
    node.remove("default/a")

    assert node.engine.policy_state == before
    assert list(states(node)) == ["default/b:c"]


def test_a_resize_is_followed() -> None:
    """And what others share with it."""
    node = made.simulation("static", made.whole("a", "2"), made.pod("b"))
    (spec,) = made.specs(made.whole("x", "4"))
    refusal = node.resize("default/a", "c", spec.containers[0].resources)

    assert refusal == ""
    assert cpuset.parse(cpus(node, "default/a:c")).bit_count() == 4
    assert cpuset.parse(cpus(node, "default/b:c")).bit_count() == 12


def test_a_resize_may_be_refused() -> None:
    """The container keeps what it has."""
    node = made.simulation("static", made.whole("a", "2"))
    (spec,) = made.specs(made.whole("x", "99"))
    refusal = node.resize("default/a", "c", spec.containers[0].resources)

    assert "cannot allocate 99 exclusive CPUs" in refusal
    assert cpus(node, "default/a:c") == "1,9"


def test_another_policy_places_all_anew() -> None:
    """Whatever the former one gave is gone."""
    node = made.simulation("static", made.whole("a", "2"), made.pod("b"))
    node.switch(made.policy("topology-aware"))

    assert node.policy.name == "topology-aware"
    assert {one.pool for one in placements.of(node).running} <= {"socket #0", "socket #1", "root"}


def test_a_policy_that_cannot_start_changes_nothing() -> None:
    """The former one stays."""
    node = made.simulation("static", made.whole("a", "2"))
    with pytest.raises(PolicyError):
        node.switch(made.policy("static", reserved="0-99"))

    assert node.policy.name == "static"
    assert cpus(node, "default/a:c") == "1,9"


def test_time_passes_for_reminders() -> None:
    """A cold start is over when the next thing happens."""
    annotations = {
        "cold-start.cri-resource-manager.intel.com": "duration: 60s",
        "memory-type.cri-resource-manager.intel.com": "dram,pmem",
    }
    pod = made.pod("a", made.one("c", "1", "1Gi"), annotations=annotations)
    machine = trees.TIERED.machine()
    policy = registry.load("topology-aware")(machine, Constraints(reserved=1), {})
    node = Simulation(kubelet.Kubelet(machine), policy)
    for spec in made.specs(pod):
        node.add(spec)
    (record,) = node.records

    assert any("coldstart: triggering" in text for text in record.why)
    assert any("coldstart: finishing" in text for text in record.why)


def test_load_and_time_reach_the_policy() -> None:
    """One that does not look at them stays as it is."""
    node = made.simulation("static", made.whole("a", "2"))
    node.measure({1: 900})
    node.rebalance()

    assert cpus(node, "default/a:c") == "1,9"


def test_who_is_not_there_is_named() -> None:
    """Pods and containers."""
    node = made.simulation("none", made.pod("a"))
    (spec,) = made.specs(made.pod("a"))
    with pytest.raises(Unknown, match="there is no pod default/x"):
        node.remove("default/x")
    with pytest.raises(Unknown, match="no container x runs in pod default/a"):
        node.resize("default/a", "x", spec.containers[0].resources)
    with pytest.raises(Unknown, match="pod default/a is there already"):
        node.add(spec)


def test_updates_of_others_are_counted() -> None:
    """A container that is created is no update."""
    node = made.simulation("static", made.pod("b"))

    assert node.updates == 0
    (spec,) = made.specs(made.whole("a", "2"))
    node.add(spec)
    assert node.updates == 1


POLICIES = ("balloons", "dynamic-pools", "podpools", "static", "static-plus", "topology-aware")
CONTAINERS = st.builds(
    made.one,
    st.just("c"),
    st.sampled_from(["", "100m", "1", "1500m", "2", "5"]),
    st.sampled_from(["", "1Gi"]),
)


@hypothesis.given(
    st.sampled_from(POLICIES),
    st.lists(st.tuples(CONTAINERS, st.booleans()), min_size=1, max_size=12),
)
@hypothesis.settings(max_examples=60, deadline=None)
def test_no_cpu_is_given_to_two(name: str, wanted: list[tuple[dict[str, object], bool]]) -> None:
    """A CPU that belongs to a container is in no other one's set, whoever comes and goes."""
    node = made.simulation(name)
    for number, (container, stays) in enumerate(wanted):
        (spec,) = made.specs(made.pod(f"p{number}", container))
        node.add(spec)
        if not stays:
            node.remove(spec.full_name)
    placed = placements.of(node)
    taken = 0
    for one in placed.running:
        assert not taken & one.exclusive
        taken |= one.exclusive
    for one in placed.running:
        assert not one.failure
        assert not placed.cpus(one) & ~placed.machine.online
        assert not one.shared & taken


@hypothesis.given(st.sampled_from(POLICIES), st.lists(CONTAINERS, max_size=8))
@hypothesis.settings(max_examples=40, deadline=None)
def test_a_simulation_is_always_the_same(name: str, wanted: list[dict[str, object]]) -> None:
    """There is neither chance nor clock in it."""
    pods = [made.pod(f"p{number}", one) for number, one in enumerate(wanted)]
    first, second = (placements.of(made.simulation(name, *pods)) for _ in range(2))

    assert first.containers == second.containers
