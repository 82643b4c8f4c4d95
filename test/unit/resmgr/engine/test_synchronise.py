# SPDX-License-Identifier: Apache-2.0
"""Start-up: what was remembered against what the runtime has."""

from unit.resmgr.engine import toy

from resmgr.effects import plan
from resmgr.engine import engine, events
from resmgr.intents import SetCpuset
from resmgr.model import ContainerState, LinuxResources
from resmgr.state.changes import Change, PutContainer, PutEntries, PutPod, PutPolicy, Saved

KEY = "uid-1:main"


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
