# SPDX-License-Identifier: Apache-2.0
"""What pods ask for their containers, whichever policy is at work."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from unit.resmgr.engine import toy
from unit.resmgr.sysfs import trees

from resmgr.config import annotation_keys as keys
from resmgr.engine import asked, events
from resmgr.engine.engine import Engine
from resmgr.intents import Intent, SetCpuset, SetMems
from resmgr.model import Container, LinuxResources
from resmgr.policy import registry
from resmgr.policy.interface import Constraints, Step, Subject
from resmgr.state.changes import Saved

KEY = "uid-1:main"
CPU, MEMORY = keys.PRESERVE_CPU, keys.PRESERVE_MEMORY


class Binding(toy.OneEach):
    """Binds memory too."""

    def allocate(self, state: toy.Given, subject: Subject) -> Step[toy.Given]:
        """Give a CPU, and node 0."""
        step = super().allocate(state, subject)
        return replace(step, intents=(*step.intents, SetMems(subject.container.cache_id, 1)))


def engine(**annotations: str) -> Engine:
    """Make an engine that knows a pod with these annotations."""
    made = Engine(Binding(), Saved())
    made.start(events.Synchronised((), ()))
    made.handle(events.PodStarted(replace(toy.POD, annotations=annotations)))
    return made


@pytest.mark.parametrize(
    ("annotations", "expected"),
    [
        ({CPU: "true"}, (True, False)),
        ({f"{CPU}/pod": "1"}, (True, False)),
        ({f"{CPU}/container.main": "T", f"{MEMORY}/container.main": "t"}, (True, True)),
        ({f"{CPU}/container.other": "true"}, (False, False)),
        ({f"{CPU}/container.main": "false", CPU: "true"}, (False, False)),
        ({CPU: "yes", MEMORY: "true"}, (False, True)),
        ({"cpu.preserve.cri-resource-manager.intel.com": "true"}, (False, False)),
    ],
)
def test_annotations_are_scoped_and_true_or_false(
    annotations: Mapping[str, str], expected: tuple[bool, bool]
) -> None:
    """The first key that is there counts; what is neither true nor false asks for nothing."""
    found = asked.of(replace(toy.POD, annotations=annotations), "main")

    assert (found.cpu_preserved, found.memory_preserved) == expected


def test_a_container_with_preserved_cpus_is_left_untouched() -> None:
    """No policy knows of it: it has no CPU of its own, and the next one gets the first."""
    made = engine(**{f"{CPU}/container.main": "true"})
    preserved = made.handle(toy.creating())
    other = made.handle(toy.creating("other"))

    assert preserved.intents == ()
    assert preserved.before == {}
    assert [reason.text for reason in preserved.reasons] == [
        "keeps the CPUs and memory nodes that it has: its pod asks for that"
    ]
    assert other.intents == (SetCpuset("uid-1:other", 1), SetMems("uid-1:other", 1))


def test_a_container_with_preserved_memory_has_cpus_and_its_own_nodes() -> None:
    """Only what binds memory is left out."""
    made = engine(**{MEMORY: "true"})
    outcome = made.handle(toy.creating())

    assert outcome.intents == (SetCpuset(KEY, 1),)
    assert made.ledger.containers[KEY].linux.cpuset_mems == 0


def test_it_stays_untouched_by_a_start_and_by_another_policy() -> None:
    """Neither allocates it, nor takes away what somebody else has given it."""
    made = engine(**{CPU: "true"})
    made.handle(toy.creating())
    made.handle(events.ContainerCreated(KEY, "c1"))
    pod, container = made.ledger.pods["pod-1"], made.ledger.containers[KEY]
    pinned = replace(container, linux=LinuxResources(cpuset_cpus=4, cpuset_mems=2))
    switched = made.switch(Binding(name="other"))
    again = Engine(
        Binding(), Saved({pod.id: pod}, {KEY: pinned}), unpinned=LinuxResources(0, 0, 0, 0, 15, 3)
    )
    started = again.start(events.Synchronised((pod,), (pinned,)))

    assert switched.intents == ()
    assert started.intents == ()
    assert again.ledger.containers[KEY].linux == pinned.linux


def test_a_resize_of_it_is_the_kubelets_to_say() -> None:
    """Also which CPUs it has; the policy, which would refuse, is not asked."""
    made = engine(**{CPU: "true"})
    made.handle(toy.creating())
    made.handle(events.ContainerCreated(KEY, "c1"))
    asks = LinuxResources(shares=4096, cpuset_cpus=6, cpuset_mems=1)
    outcome = made.handle(events.ContainerResized("c1", asks))

    assert outcome.refusal is None
    assert made.ledger.containers[KEY].linux == asks


def test_a_resize_leaves_preserved_nodes_to_the_kubelet_alone() -> None:
    """Its CPUs are still the policy's."""
    container = Container(KEY, "p", "main", linux=LinuxResources(cpuset_cpus=1, cpuset_mems=1))
    wants = asked.Asked(memory_preserved=True)
    given = LinuxResources(cpuset_cpus=6, cpuset_mems=2)

    assert asked.resized(container, wants, given).linux == LinuxResources(
        cpuset_cpus=1, cpuset_mems=2
    )


def test_it_goes_as_any_other() -> None:
    """Nothing is kept of it."""
    made = engine(**{CPU: "true"})
    made.handle(toy.creating())
    made.handle(events.ContainerCreated(KEY, "c1"))
    made.handle(events.ContainerRemoved("c1"))

    assert made.ledger.asked == {}


def test_intents_for_nobody_who_asks_go_through() -> None:
    """The very same ones: most nodes have no such container."""
    intents: tuple[Intent, ...] = (SetCpuset("a", 1), SetMems("a", 1))

    assert asked.allowed(intents, {}) is intents
    assert asked.allowed(intents, {"a": asked.Asked(exports=frozenset(("file",)))}) is intents
    assert asked.allowed(intents, {"b": asked.Asked(cpu_preserved=True)}) == intents


MACHINE = trees.Tree(packages=2, cores=8).machine()
CONFIG: Mapping[str, Any] = {
    "static-pools": {
        "pools": {"shared": {"cpuLists": [{"Socket": 0, "Cpuset": "1-3"}]}, "infra": {}}
    }
}


@pytest.mark.parametrize("name", sorted(set(registry.POLICIES)))
def test_no_policy_touches_it(name: str) -> None:
    """Whatever comes, goes, or is done anew beside it."""
    limits = Constraints(reserved=1, reserved_milli=None)
    made = Engine(registry.load(name)(MACHINE, limits, CONFIG.get(name, {})), Saved())
    made.start(events.Synchronised((), ()))
    pod = replace(toy.POD, annotations={f"{CPU}/container.main": "true"})
    made.handle(events.PodStarted(pod))
    seen: list[Intent] = []
    for event in (
        toy.creating(),
        events.ContainerCreated(KEY, "c1"),
        events.ContainerStarted("c1"),
        toy.creating("other"),
        events.ContainerCreated("uid-1:other", "c2"),
        events.Rebalance(),
        events.ContainerResized("c1", LinuxResources(shares=4096)),
        events.ContainerRemoved("c2"),
    ):
        outcome = made.handle(event)
        assert not outcome.failure
        assert outcome.refusal is None
        seen += outcome.intents

    assert seen or name == "none"
    assert not [one for one in seen if getattr(one, "container", "") == KEY]
