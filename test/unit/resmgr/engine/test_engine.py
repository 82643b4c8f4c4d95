# SPDX-License-Identifier: Apache-2.0
"""One event at a time: what follows for containers, state and requests."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from unit.resmgr.engine import toy

from resmgr.config import annotation_keys
from resmgr.engine import engine, events
from resmgr.intents import SetCpuset
from resmgr.model import ContainerState, LinuxResources, Pod
from resmgr.policy.interface import PolicyError, Step, Subject
from resmgr.state.changes import PutContainer, PutPolicy, Saved

EMPTY = events.Synchronised((), ())
KEY = "uid-1:main"


def make_engine(policy: toy.OneEach | None = None, saved: Saved | None = None) -> engine.Engine:
    """Build an engine that has started with pod `toy.POD`."""
    made = engine.Engine(policy or toy.OneEach(), saved or Saved())
    made.start(EMPTY)
    made.handle(events.PodStarted(toy.POD))
    return made


def run(made: engine.Engine, name: str = "main", runtime_id: str = "c1") -> None:
    """Create and start a container."""
    made.handle(toy.creating(name))
    made.handle(events.ContainerCreated(f"uid-1:{name}", runtime_id))
    made.handle(events.ContainerStarted(runtime_id))


def test_creating_gives_resources() -> None:
    """A container that is created gets what the policy allocates, under its cache id."""
    outcome = make_engine().handle(toy.creating())

    assert outcome.intents == (SetCpuset(KEY, 0b1),)
    assert outcome.container is not None
    assert outcome.container.linux.cpuset_cpus == 0b1
    assert outcome.refusal is None


def test_creation_is_remembered_before_it_is_answered() -> None:
    """Container and policy state are in the changes of the very event that allocates."""
    outcome = make_engine().handle(toy.creating())

    last = [one.container for one in outcome.changes if isinstance(one, PutContainer)][-1]
    assert (last.cache_id, last.state) == (KEY, ContainerState.CREATING)
    assert any(isinstance(one, PutPolicy) for one in outcome.changes)


def test_a_container_is_remembered_once_a_step() -> None:
    """However much of it changes: each change costs a write."""
    outcome = make_engine().handle(toy.creating())

    assert len([one for one in outcome.changes if isinstance(one, PutContainer)]) == 1


def test_refused_allocation_leaves_nothing() -> None:
    """A container that cannot be allocated is refused with the policy's words, and forgotten."""
    made = make_engine(toy.OneEach(cpus=0))

    outcome = made.handle(toy.creating())

    assert outcome.refusal is not None
    assert outcome.refusal.message == "no CPU is left"
    assert KEY not in made.ledger.containers


def test_failing_policy_loses_no_request() -> None:
    """When the policy breaks down, the container goes on untouched, and the failure is told."""
    made = make_engine()

    outcome = made.handle(toy.creating("broken"))

    assert outcome.refusal is None
    assert outcome.intents == ()
    assert "ZeroDivisionError" in outcome.failure
    assert outcome.container is not None


def test_failed_creation_gives_back() -> None:
    """When the runtime did not create it, its CPU is free for the next one."""
    made = make_engine(toy.OneEach(cpus=1))
    made.handle(toy.creating())

    made.handle(events.CreateFailed(KEY))

    assert made.handle(toy.creating("other")).refusal is None


def test_late_failure_of_a_created_container_is_ignored() -> None:
    """A cut call whose container was created after all takes nothing away from it."""
    made = make_engine()
    run(made)

    made.handle(events.CreateFailed(KEY))

    assert made.ledger.find("c1") is not None


def test_removing_a_former_incarnation_spares_the_living() -> None:
    """A restarted container keeps its CPU when the kubelet removes the dead one (8.3)."""
    policy = toy.OneEach()
    made = make_engine(policy)
    run(made, runtime_id="old")
    made.handle(events.ContainerStopped("old"))
    run(made, runtime_id="new")
    policy.released.clear()

    outcome = made.handle(events.ContainerRemoved("old"))

    assert outcome.changes == ()
    assert policy.released == []
    assert made.ledger.find("new") is not None


def test_stopping_a_pod_gives_back_all_of_it() -> None:
    """The containers of a stopped pod hold nothing any more."""
    policy = toy.OneEach()
    made = make_engine(policy)
    run(made, "a", "c1")
    run(made, "b", "c2")

    made.handle(events.PodStopped(toy.POD.id))

    assert sorted(policy.released) == ["uid-1:a", "uid-1:b"]
    assert {one.state for one in made.ledger.containers.values()} == {ContainerState.EXITED}


def test_new_sandbox_of_a_pod_releases_the_old_one() -> None:
    """A pod whose sandbox is made anew loses the old one's containers first (against 4.1)."""
    policy = toy.OneEach(cpus=1)
    made = make_engine(policy)
    run(made)

    made.handle(events.PodStarted(Pod("pod-2", "uid-1", "web", "default")))

    assert policy.released == [KEY]
    assert list(made.ledger.pods) == ["pod-2"]


def test_list_shows_what_has_exited() -> None:
    """A container that is listed as exited gives its CPU back."""
    policy = toy.OneEach()
    made = make_engine(policy)
    run(made)

    made.handle(events.ContainersListed({"c1": ContainerState.EXITED}, made.sequence))

    assert policy.released == [KEY]


def test_list_shows_what_is_gone() -> None:
    """A running container that is missing from a list is gone."""
    made = make_engine()
    run(made)

    made.handle(events.ContainersListed({}, made.sequence))

    assert made.ledger.containers == {}


def test_old_list_takes_nothing_from_the_new() -> None:
    """A container that began to run after a list was asked for is not missed in it."""
    made = make_engine()
    before = made.sequence
    run(made)

    made.handle(events.ContainersListed({}, before))

    assert made.ledger.find("c1") is not None


def test_list_leaves_what_is_being_created() -> None:
    """A container that is created but not started may be missing from a list."""
    made = make_engine()
    made.handle(toy.creating())
    made.handle(events.ContainerCreated(KEY, "c1"))

    made.handle(events.ContainersListed({}, made.sequence))

    assert made.ledger.find("c1") is not None


def test_resize_is_told_to_the_policy_and_keeps_the_cpuset() -> None:
    """New shares are recorded; the CPUs stay the policy's, whatever the request says."""
    made = make_engine()
    run(made)

    outcome = made.handle(
        events.ContainerResized("c1", LinuxResources(shares=512, cpuset_cpus=0xFF))
    )

    assert outcome.refusal is None
    assert outcome.container is not None
    assert outcome.container.linux == LinuxResources(shares=512, cpuset_cpus=0b1)
    assert outcome.container.requirements.cpu_request == 500


def test_refused_resize_keeps_everything() -> None:
    """A resize that cannot be met is refused, and the container is as before."""
    made = make_engine()
    run(made)
    before = made.ledger.find("c1")

    outcome = made.handle(events.ContainerResized("c1", LinuxResources(shares=4096)))

    assert outcome.refusal is not None
    assert made.ledger.find("c1") == before


@pytest.mark.parametrize(
    "event",
    [
        events.ContainerStarted("x"),
        events.ContainerStopped("x"),
        events.ContainerRemoved("x"),
        events.ContainerResized("x", LinuxResources(shares=1)),
        events.PodStopped("x"),
        events.PodRemoved("x"),
        events.ContainerCreated("x", "y"),
        events.CreateFailed("x"),
    ],
)
def test_the_unknown_is_left_alone(event: events.Event) -> None:
    """What we do not know changes nothing and refuses nothing."""
    outcome = make_engine().handle(event)

    assert (outcome.intents, outcome.changes, outcome.refusal) == ((), (), None)


def test_switching_places_everything_anew() -> None:
    """Another policy gets all containers, in the documented order."""
    made = make_engine()
    run(made, "a", "c1")
    run(made, "b", "c2")

    outcome = made.switch(toy.OneEach(name="other"))

    assert {one.container for one in outcome.intents if isinstance(one, SetCpuset)} == {
        "uid-1:a",
        "uid-1:b",
    }
    assert made.policy.name == "other"


def test_refused_switch_changes_nothing() -> None:
    """A policy that cannot hold the containers is not taken; the old one goes on."""
    made = make_engine()
    run(made, "a", "c1")
    run(made, "b", "c2")
    state = made.policy_state

    with pytest.raises(PolicyError):
        made.switch(toy.OneEach(cpus=1, name="small"))

    assert made.policy.name == "one-each"
    assert made.policy_state is state


def test_switch_that_breaks_down_late_changes_nothing() -> None:
    """Also a policy whose state cannot be written down is not taken."""

    class Unwritable(toy.OneEach):
        """Has a state of a form that it does not expect itself."""

        def dump(self, state: toy.Given) -> dict[str, str]:
            del state
            raise ZeroDivisionError

    made = make_engine()
    run(made, "a", "c1")
    state = made.policy_state

    with pytest.raises(ZeroDivisionError):
        made.switch(Unwritable(name="other"))

    assert made.policy.name == "one-each"
    assert made.policy_state is state


def test_switch_that_cannot_tell_changes_nothing() -> None:
    """Also when containers that ask for it cannot be told of their CPUs in the end."""

    class Silent(toy.OneEach):
        """Cannot tell anybody anything."""

        def export(self, state: toy.Given, cache_id: str) -> dict[str, str]:
            del state, cache_id
            raise ZeroDivisionError

    made = make_engine()
    told = {annotation_keys.EXPORT: annotation_keys.FILE}
    made.handle(events.PodStarted(replace(toy.POD, annotations=told)))
    run(made, "a", "c1")
    state, containers = made.policy_state, dict(made.ledger.containers)

    with pytest.raises(ZeroDivisionError):
        made.switch(Silent(cpus=1, name="silent"))

    assert made.policy.name == "one-each"
    assert made.policy_state is state
    assert made.ledger.containers == containers
    assert made.ledger.take_changes() == ()


def test_start_that_is_answered_after_the_end_holds_nothing() -> None:
    """A list may tell of a container's end before the answer to its start comes."""
    made = make_engine()
    made.handle(toy.creating())
    made.handle(events.ContainerCreated(KEY, "c1"))
    made.handle(events.ContainersListed({"c1": ContainerState.EXITED}, made.sequence))

    made.handle(events.ContainerStarted("c1"))

    assert made.ledger.containers[KEY].state is ContainerState.EXITED


class Careless(toy.OneEach):
    """A policy that cares for no container."""

    def start(self, saved: Mapping[str, str] | None, running: Sequence[Subject]) -> Step[Any]:
        """Begin with nothing."""
        del saved, running
        return Step({})


def test_switching_lets_go_what_nobody_pins_any_more() -> None:
    """Containers that the former policy pinned get all CPUs if the new one does not care."""
    everything = LinuxResources(cpuset_cpus=0xF, cpuset_mems=0b1)
    made = engine.Engine(toy.OneEach(), Saved(), unpinned=everything)
    made.start(EMPTY)
    made.handle(events.PodStarted(toy.POD))
    run(made)

    outcome = made.switch(Careless(name="none"))

    assert outcome.intents == (SetCpuset(KEY, 0xF),)


class Reminding(toy.OneEach):
    """Lets go of whom it is reminded."""

    def remind(self, state: toy.Given, cache_id: str) -> Step[toy.Given]:
        """Take the CPU back."""
        return self.release(state, cache_id)


def test_a_policy_is_reminded_if_it_asks_for_it() -> None:
    """What it says is an outcome as any other; nothing comes of it for a policy that never asks."""
    made, other = make_engine(Reminding()), make_engine()
    run(made)
    run(other)
    made.handle(events.Reminded(KEY))
    outcome = other.handle(events.Reminded(KEY))

    assert made.policy_state == {}
    assert (outcome.intents, outcome.changes) == ((), ())
    assert other.policy_state == {KEY: 0}


class FollowsLoad(toy.OneEach):
    """A policy that moves its container where the load tells it to."""

    def loaded(self, state: Mapping[str, int], load: Mapping[int, int]) -> Step[Mapping[str, int]]:
        """Give everybody the idlest CPU that was measured."""
        idlest = min(load, key=load.__getitem__)
        return Step(dict.fromkeys(state, idlest), (SetCpuset(KEY, 1 << idlest),))


def test_load_is_for_policies_that_follow_it() -> None:
    """What they decide is remembered; for others nothing happens."""
    measured = events.LoadMeasured({0: 900, 3: 10})
    deaf, made = make_engine(), make_engine(FollowsLoad())
    run(deaf)
    run(made)

    assert deaf.handle(measured).intents == ()
    assert made.handle(measured).intents == (SetCpuset(KEY, 0b1000),)
    assert made.policy_state == {KEY: 3}
