# SPDX-License-Identifier: Apache-2.0
"""Start-up: what was remembered against what the runtime has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pytest
from unit.resmgr.engine import toy

from resmgr.config import annotation_keys
from resmgr.effects import plan
from resmgr.engine import engine, events
from resmgr.intents import SetCpuset
from resmgr.model import ContainerState, LinuxResources
from resmgr.policy.interface import Step, Subject
from resmgr.policy.none import policy as none
from resmgr.state.changes import Change, PutContainer, PutEntries, PutPod, PutPolicy, Saved

KEY = "uid-1:main"


@dataclass(frozen=True)
class Telling(toy.OneEach):
    """Tells everybody its CPU at the start, as policies of the field do."""

    def start(self, saved: Mapping[str, str] | None, running: Sequence[Subject]) -> Step[toy.Given]:
        """Tell what was given before, too."""
        step = super().start(saved, running)
        told = tuple(SetCpuset(key, 1 << cpu) for key, cpu in step.state.items())
        return replace(step, intents=told)


def remember(*outcomes: tuple[Change, ...]) -> Saved:
    """Keep changes as a store does."""
    pods, containers, policy = {}, {}, PutPolicy("", {})
    for changes in outcomes:
        for change in changes:
            match change:
                case PutPod(pod):
                    pods[pod.id] = pod
                case PutContainer(container):
                    containers[container.cache_id] = container
                case PutPolicy():
                    policy = change
                case PutEntries():
                    raise AssertionError
    return Saved(pods, containers, policy.name, policy.entries)


def killed_while_creating() -> Saved:
    """Give what is remembered when we are killed before the runtime has answered."""
    made = engine.Engine(toy.OneEach(), Saved())
    return remember(
        made.start(events.Synchronised((), ())).changes,
        made.handle(events.PodStarted(toy.POD)).changes,
        made.handle(toy.creating()).changes,
    )


def test_interrupted_creation_is_adopted() -> None:
    """A container that landed in the runtime while we were killed keeps its CPU and can start."""
    made = engine.Engine(toy.OneEach(), killed_while_creating())
    seen = toy.listed("main", "c1", ContainerState.CREATED)

    made.start(events.Synchronised((toy.POD,), (seen,)))

    found = made.ledger.find("c1")
    assert found is not None
    assert (found.cache_id, found.linux.cpuset_cpus) == (KEY, 0b1)
    assert made.policy_state == {KEY: 0}


def test_interrupted_creation_that_never_landed_is_forgotten() -> None:
    """A container that the runtime does not have gives its CPU back."""
    made = engine.Engine(toy.OneEach(), killed_while_creating())

    made.start(events.Synchronised((toy.POD,), ()))

    assert made.ledger.containers == {}
    assert made.policy_state == {}


def test_unknown_container_is_placed() -> None:
    """A container that nobody remembers gets CPUs as if it were created now."""
    made = engine.Engine(toy.OneEach(), Saved())

    outcome = made.start(events.Synchronised((toy.POD,), (toy.listed("main", "c1"),)))

    assert outcome.intents == (SetCpuset(KEY, 0b1),)


def test_exited_containers_hold_nothing() -> None:
    """A container that is listed as exited is not taken for one that runs."""
    made = engine.Engine(toy.OneEach(), Saved())
    seen = toy.listed("main", "c1", ContainerState.EXITED)

    made.start(events.Synchronised((toy.POD,), (seen,)))

    assert made.ledger.containers == {}


def test_restart_changes_nothing_for_what_runs() -> None:
    """Containers that were remembered and still run keep what they have, without any update."""
    first = engine.Engine(toy.OneEach(), Saved())
    seen = events.Synchronised((toy.POD,), (toy.listed("main", "c1"),))
    saved = remember(first.start(seen).changes)

    second = engine.Engine(toy.OneEach(), saved)
    outcome = second.start(seen)

    assert outcome.intents == ()
    assert second.policy_state == first.policy_state


def test_bad_saved_state_starts_from_the_lists() -> None:
    """A state that the policy cannot read is dropped; the runtime's containers are placed anew."""
    saved = Saved(policy_name="one-each", policy={"nonsense": "1"})
    made = engine.Engine(toy.OneEach(), saved)

    made.start(events.Synchronised((toy.POD,), (toy.listed("main", "c1"),)))

    assert made.policy_state == {KEY: 0}


def test_another_policy_starts_afresh() -> None:
    """The state of another policy is not shown to the one that is active now."""
    saved = Saved(policy_name="other", policy={"nonsense": "1"})
    made = engine.Engine(toy.OneEach(), saved)

    made.start(events.Synchronised((), ()))

    assert made.policy_state == {}


def test_runtime_that_came_back_empty() -> None:
    """After the runtime lost everything, nothing is held any more."""
    policy = toy.OneEach()
    made = engine.Engine(policy, Saved())
    made.start(events.Synchronised((toy.POD,), (toy.listed("main", "c1"),)))

    made.handle(events.Synchronised((), ()))

    assert made.ledger.containers == {}
    assert made.ledger.pods == {}
    assert policy.released == [KEY]


def test_resources_that_differ_are_told() -> None:
    """A container that the runtime gave other CPUs than are meant is updated after the start."""
    made = engine.Engine(toy.OneEach(), killed_while_creating())
    actual = LinuxResources(shares=1024, cpuset_cpus=0b1000)
    seen = toy.listed("main", "c1", ContainerState.CREATED, linux=actual)

    outcome = made.start(events.Synchronised((toy.POD,), (seen,)))

    [update] = plan.make(outcome, made.ledger.containers.get).updates
    assert update.linux.cpuset_cpus == 0b1


@pytest.mark.parametrize(("has", "updated"), [(0b1, []), (0b1000, [0b1]), (0, [0b1])])
def test_only_cpus_that_differ_are_put_right(has: int, updated: list[int]) -> None:
    """None at all differ too, when the runtime tells of other resources."""
    made = engine.Engine(toy.OneEach(), killed_while_creating())
    actual = LinuxResources(shares=1024, cpuset_cpus=has)
    seen = toy.listed("main", "c1", ContainerState.CREATED, linux=actual)

    outcome = made.start(events.Synchronised((toy.POD,), (seen,)))

    updates = plan.make(outcome, made.ledger.containers.get).updates
    assert [one.linux.cpuset_cpus for one in updates] == updated


@pytest.mark.parametrize(
    "saved", [LinuxResources(shares=1024), LinuxResources(shares=1024, cpuset_cpus=1)]
)
def test_what_is_not_told_or_was_not_decided_is_left_alone(saved: LinuxResources) -> None:
    """A container without a status, and one that has CPUs that nobody gave it."""
    decided = bool(saved.cpuset_cpus)
    has = LinuxResources() if decided else LinuxResources(shares=1024, cpuset_cpus=0b110)
    known = replace(toy.listed("main", "c1", linux=saved), cache_id=KEY)
    made = engine.Engine(none.NonePolicy(), Saved({}, {KEY: known}))

    outcome = made.start(events.Synchronised((toy.POD,), (replace(known, linux=has),)))

    assert plan.make(outcome, made.ledger.containers.get).updates == ()


def test_what_is_preserved_is_learnt_and_not_put_back() -> None:
    """A pod that keeps its CPUs has those of today, whoever has changed them while we were away."""
    pod = replace(toy.POD, annotations={annotation_keys.PRESERVE_CPU: "true"})
    linux = LinuxResources(shares=1024, cpuset_cpus=0b1)
    known = replace(toy.listed("main", "c1", linux=linux), cache_id=KEY)
    made = engine.Engine(toy.OneEach(), Saved({pod.id: pod}, {KEY: known}, "one-each"))
    has = LinuxResources(shares=1024, cpuset_cpus=0b110)

    outcome = made.start(events.Synchronised((pod,), (replace(known, linux=has),)))

    assert plan.make(outcome, made.ledger.containers.get).updates == ()
    assert made.ledger.containers[KEY].linux.cpuset_cpus == 0b110


def test_a_policy_that_decides_the_same_again_puts_right_what_differs() -> None:
    """What the container really has is what was before, not what was remembered."""
    made = engine.Engine(Telling(), killed_while_creating())
    actual = LinuxResources(shares=1024, cpuset_cpus=0b1000)
    seen = toy.listed("main", "c1", ContainerState.CREATED, linux=actual)

    outcome = made.start(events.Synchronised((toy.POD,), (seen,)))

    [update] = plan.make(outcome, made.ledger.containers.get).updates
    assert update.linux.cpuset_cpus == 0b1


def test_an_attempt_that_has_a_successor_does_not_take_its_place() -> None:
    """Both may be listed for a while; the later one is the container."""
    made = engine.Engine(toy.OneEach(), Saved())
    first, second = toy.listed("main", "c1"), toy.listed("main", "c2", attempt=1)

    made.start(events.Synchronised((toy.POD,), (second, first)))

    assert made.ledger.containers[KEY].id == "c2"


def came_back() -> engine.Engine:
    """Give an engine with a running container, which is asking the runtime for what it has."""
    made = engine.Engine(toy.OneEach(), Saved())
    made.start(events.Synchronised((toy.POD,), (toy.listed("main", "c1"),)))
    made.handle(events.Synchronising())
    return made


def test_an_end_while_the_runtime_was_away() -> None:
    """What the container held is free; it stays known until somebody removes it."""
    made = came_back()
    seen = toy.listed("main", "c1", ContainerState.EXITED)

    made.handle(events.Synchronised((toy.POD,), (seen,)))

    assert made.policy_state == {}
    assert made.ledger.containers[KEY].state is ContainerState.EXITED


def test_a_state_that_the_runtime_does_not_know_ends_nothing() -> None:
    """It may run."""
    made = came_back()
    seen = toy.listed("main", "c1", ContainerState.UNKNOWN)

    made.handle(events.Synchronised((toy.POD,), (seen,)))

    assert made.policy_state == {KEY: 0}


def test_a_container_that_came_while_the_runtime_was_away() -> None:
    """It is placed as if it were created now."""
    made = came_back()
    seen = (toy.listed("main", "c1"), toy.listed("new", "c2"))

    outcome = made.handle(events.Synchronised((toy.POD,), seen))

    assert outcome.intents == (SetCpuset("uid-1:new", 0b10),)


def test_a_container_that_came_and_cannot_be_placed_is_told() -> None:
    """It runs where it is; nobody waits for a refusal."""
    made = engine.Engine(toy.OneEach(cpus=1), Saved())
    made.start(events.Synchronised((toy.POD,), (toy.listed("main", "c1"),)))
    seen = (toy.listed("main", "c1"), toy.listed("new", "c2"))

    outcome = made.handle(events.Synchronised((toy.POD,), seen))

    assert outcome.refusal is None
    assert [(one.container, one.text) for one in outcome.reasons] == [
        ("uid-1:new", "no CPU is left")
    ]
    assert made.ledger.find("c2") is not None


def test_resources_that_differ_after_the_runtime_was_away() -> None:
    """They are put right."""
    made = came_back()
    actual = LinuxResources(shares=1024, cpuset_cpus=0b1000)

    outcome = made.handle(
        events.Synchronised((toy.POD,), (toy.listed("main", "c1", linux=actual),))
    )

    [update] = plan.make(outcome, made.ledger.containers.get).updates
    assert update.linux.cpuset_cpus == 0b1


def test_what_happens_while_the_runtime_is_asked_counts() -> None:
    """A stopped, a removed and a created container, and a pod: all newer than the lists."""
    made = came_back()
    other = replace(toy.POD, id="pod-2", uid="uid-2")
    made.handle(events.PodStarted(other))
    made.handle(toy.creating("new", pod_id="pod-2"))
    made.handle(events.ContainerCreated("uid-2:new", "c2"))
    made.handle(events.ContainerStarted("c2"))
    made.handle(events.ContainerStopped("c1"))
    made.handle(events.ContainerRemoved("c1"))

    made.handle(events.Synchronised((toy.POD,), (toy.listed("main", "c1"),)))

    assert set(made.ledger.pods) == {"pod-1", "pod-2"}
    assert {key: one.state for key, one in made.ledger.containers.items()} == {
        "uid-2:new": ContainerState.RUNNING
    }
    assert made.policy_state == {"uid-2:new": 1}


def test_a_pod_that_goes_while_the_runtime_is_asked_stays_away() -> None:
    """With its containers."""
    made = came_back()
    made.handle(events.PodRemoved("pod-1"))

    made.handle(events.Synchronised((toy.POD,), (toy.listed("main", "c1"),)))

    assert made.ledger.pods == {}
    assert made.ledger.containers == {}


def test_what_happened_between_two_synchronisations_is_no_news_for_the_second() -> None:
    """It tells what the runtime has by then."""
    made = came_back()
    made.handle(toy.creating("new"))
    made.handle(events.ContainerCreated("uid-1:new", "c2"))
    made.handle(events.Synchronised((toy.POD,), (toy.listed("main", "c1"),)))
    made.handle(events.Synchronising())

    made.handle(events.Synchronised((toy.POD,), (toy.listed("main", "c1"),)))

    assert made.ledger.find("c2") is None


def test_creation_under_way_outlives_a_runtime_that_came_back() -> None:
    """While we run, a creation that is not listed yet may still be answered."""
    made = engine.Engine(toy.OneEach(), Saved())
    made.start(events.Synchronised((toy.POD,), ()))
    made.handle(toy.creating())

    made.handle(events.Synchronised((toy.POD,), ()))

    assert KEY in made.ledger.containers


def test_policy_is_remembered_from_its_first_start() -> None:
    """Its name is written even if its state never changes."""
    outcome = engine.Engine(toy.OneEach(), Saved()).start(events.Synchronised((), ()))

    assert any(isinstance(one, PutPolicy) for one in outcome.changes)


@pytest.mark.parametrize("former", ["other", ""])
def test_who_was_pinned_by_a_policy_that_is_no_more_is_let_go(former: str) -> None:
    """By another one, or one that was reset; the new one pins nobody."""
    known = replace(toy.listed("main", "c1", linux=LinuxResources(cpuset_cpus=1)), cache_id=KEY)
    saved = Saved({toy.POD.id: toy.POD}, {KEY: known}, former)
    free = LinuxResources(cpuset_cpus=0xF)
    made = engine.Engine(none.NonePolicy(), saved, unpinned=free)

    outcome = made.start(events.Synchronised((toy.POD,), (known,)))

    assert outcome.intents == (SetCpuset(KEY, 0xF),)


def test_who_was_never_seen_before_is_left_alone() -> None:
    """Whatever CPUs it has: the first start with a policy that pins nobody changes nothing."""
    seen = toy.listed("main", "c1", linux=LinuxResources(cpuset_cpus=1))
    free = LinuxResources(cpuset_cpus=0xF)
    made = engine.Engine(none.NonePolicy(), Saved(), unpinned=free)

    outcome = made.start(events.Synchronised((toy.POD,), (seen,)))

    assert outcome.intents == ()
