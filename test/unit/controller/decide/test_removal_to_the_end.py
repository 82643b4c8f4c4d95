# SPDX-License-Identifier: Apache-2.0
"""Whole lives of an Extension against a small model of the objects, killed and resumed anywhere.

`Model` is the API server's content; `apply` carries out one step as the contract says that it
works, and `resource_manager` does what the shoot's resource manager does. Hypothesis chooses
after which step the controller is killed, what the resource manager makes of things, and how time
passes. Nothing here knows how a decision is made.
"""

import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from unit.controller import objects

from controller import cluster, decide, extension, observed
from controller.decide import plan

START = datetime(2026, 8, 1, 12, tzinfo=UTC)
LIMIT = timedelta(minutes=30)
ROUNDS = 400
"""Looks after which a life must have ended; a clean-up over its limit takes about 35."""

BEHAVIOURS = ("healthy", "slow", "unhealthy", "fails", "down")


@dataclass
class Model:
    """Everything that is there, as raw objects."""

    extension: objects.Object | None
    cluster: objects.Object | None
    managed: dict[str, objects.Object] = field(default_factory=dict)
    now: datetime = START
    behaviour: str = "healthy"
    removed_from_nodes: bool = False
    """Whether objects were removed from the shoot by a deletion of the node part."""

    cleaned: bool = False
    """Whether a clean-up has rolled out."""

    history: list[str] = field(default_factory=list)

    def world(self) -> observed.World:
        """Give what the controller sees."""
        node, monitoring = (
            observed.parse(self.managed[name]) if name in self.managed else None
            for name in (objects.NODE, objects.MONITORING)
        )
        return observed.World(node, monitoring, nodes_left=("node-x",), cleanup_timeout=LIMIT)


def look(model: Model, kill_after: int | None = None) -> plan.Plan:
    """Decide from what is there and carry out the steps, or so many of them."""
    assert model.extension is not None
    what = decide.decide(
        extension.parse(model.extension),
        cluster.parse(model.cluster) if model.cluster else None,
        model.now,
        model.world(),
    )
    for step in what.steps[:kill_after]:
        apply(step, model)
    return what


def apply(step: plan.Step, model: Model) -> None:
    """Carry out one step on the model."""
    subject = model.extension
    assert subject is not None, "a step after the object has gone"
    match step:
        case plan.WriteStatus():
            subject["status"]["lastOperation"] = {
                "type": step.type.value,
                "state": step.state.value,
                "progress": step.progress,
                "description": step.description,
                "lastUpdateTime": extension.format_time(model.now),
            }
            model.history.append(f"{step.type.value} {step.state.value} {step.progress}")
        case plan.PatchMetadata():
            _patch_metadata(step, model, subject)
        case plan.ApplyNode():
            _write(model, objects.NODE, step.phase.value, step.since)
        case plan.ApplyMonitoring():
            _write(model, objects.MONITORING, "install", None)
        case plan.KeepObjects(name):
            raw = model.managed[name]
            raw["spec"]["keepObjects"] = True
            raw["metadata"]["generation"] += 1
        case plan.DeleteManagedResource(name):
            raw = model.managed[name]
            _judge_deletion(model, raw)
            raw["metadata"]["deletionTimestamp"] = extension.format_time(model.now)
            model.history.append(f"deleted {name}")


def _patch_metadata(step: plan.PatchMetadata, model: Model, subject: objects.Object) -> None:
    metadata = subject["metadata"]
    finalizers = {
        plan.Finalizers.KEEP: metadata["finalizers"],
        plan.Finalizers.ADD_OWN: [*metadata["finalizers"], objects.OWN],
        plan.Finalizers.REMOVE_OWN: [n for n in metadata["finalizers"] if n != objects.OWN],
        plan.Finalizers.REMOVE_ALL: [],
    }
    metadata["finalizers"] = finalizers[step.finalizers]
    if step.remove_operation:
        metadata["annotations"].pop(objects.ANNOTATION, None)
    if "deletionTimestamp" in metadata and not metadata["finalizers"]:
        model.extension = None
        model.history.append("gone")


def _write(model: Model, name: str, phase: str, since: datetime | None) -> None:
    assert model.extension is not None
    assert objects.OWN in model.extension["metadata"]["finalizers"], "a side effect too early"
    raw = model.managed.get(name)
    assert raw is None or "deletionTimestamp" not in raw["metadata"], "changed on its way out"
    began = extension.format_time(since) if since else ""
    new = objects.managed_resource(name, phase=phase, since=began, state="unseen")
    new["metadata"]["generation"] = raw["metadata"]["generation"] + 1 if raw else 2
    new["status"] = raw["status"] if raw else {}
    model.managed[name] = new
    model.history.append(f"{phase} {name}")


def _judge_deletion(model: Model, raw: objects.Object) -> None:
    """No node may lose its part before it is clean, but for what the contract lists."""
    seen = observed.parse(raw)
    if seen.name != objects.NODE:
        return
    facts = cluster.parse(model.cluster) if model.cluster else None
    since = seen.cleanup_since
    assert (
        facts is None
        or facts.force_deletion
        or facts.without_nodes
        or (seen.keep_objects and seen.observed)
        or (seen.phase is observed.Phase.CLEANUP and seen.rolled_out)
        or (since is not None and model.now >= since + LIMIT)
    ), "the node part is deleted from nodes that are not clean"


def resource_manager(model: Model) -> None:
    """Observe, apply and delete ManagedResources, as the chosen behaviour lets it."""
    if model.behaviour == "down":
        return
    states = {"healthy": "rolled out", "slow": "rolling", "unhealthy": "unhealthy"}
    for name, raw in list(model.managed.items()):
        if "deletionTimestamp" in raw["metadata"]:
            if model.behaviour == "fails":
                continue
            if name == objects.NODE and not raw["spec"]["keepObjects"]:
                model.removed_from_nodes = True
            del model.managed[name]
            continue
        state = states.get(model.behaviour, "failing")
        raw["status"] = objects.managed_resource(name, state=state)["status"]
        raw["status"]["observedGeneration"] = raw["metadata"]["generation"]
        if observed.parse(raw).phase is observed.Phase.CLEANUP and state == "rolled out":
            model.cleaned = True


def enabled(**facts: bool) -> Model:
    """Give a model in which the extension has been installed and is healthy."""
    model = Model(objects.extension(operation="reconcile"), objects.cluster())
    look(model)
    resource_manager(model)
    model.history.clear()
    if facts:
        model.cluster = objects.cluster(**facts)  # type: ignore[arg-type]
    return model


def delete(model: Model) -> None:
    """Ask for the deletion as gardenlet does."""
    assert model.extension is not None
    model.extension["metadata"]["deletionTimestamp"] = extension.format_time(model.now)


LIFE = st.lists(
    st.tuples(
        st.sampled_from(BEHAVIOURS),
        st.none() | st.integers(0, 5),
        st.sampled_from([0, 1, 60, 600]),
    ),
    max_size=25,
)
"""Behaviour, the step after which the controller is killed, and the seconds that then pass."""


def live(model: Model, life: list[tuple[str, int | None, int]]) -> None:
    """Play a life, then go on undisturbed with a resource manager that works in the end."""
    for behaviour, kill_after, seconds in life:
        if model.extension is None:
            return
        model.behaviour = behaviour
        look(model, kill_after)
        resource_manager(model)
        model.now += timedelta(seconds=seconds)
    for number in range(ROUNDS):
        if model.extension is None:
            return
        # At first it stays as bad as it was: the limit has to end this, not luck.
        model.behaviour = model.behaviour if number < ROUNDS // 2 else "healthy"
        what = look(model)
        resource_manager(model)
        if isinstance(what.after, plan.Wait):
            model.now = max(what.after.until, model.now)
        elif isinstance(what.after, plan.Retry):
            model.now += timedelta(minutes=1)
        elif not what.steps:
            return


def test_disabled_in_a_living_shoot_it_goes_in_two_phases() -> None:
    """Clean-up, roll-out, deletion, Succeeded, gone: in this order and once."""
    model = enabled()
    delete(model)

    live(model, [])

    assert model.history == [
        "Delete Processing 10",
        f"cleanup {objects.NODE}",
        "Delete Processing 60",
        f"deleted {objects.NODE}",
        f"deleted {objects.MONITORING}",
        "Delete Succeeded 100",
        "gone",
    ]
    assert model.cleaned


@given(LIFE)
@settings(deadline=None)
def test_a_deletion_ends_whatever_happens(life: list[tuple[str, int | None, int]]) -> None:
    """Killed anywhere, with any resource manager; the nodes' part never goes too early."""
    model = enabled()
    delete(model)

    live(model, life)

    assert model.extension is None
    assert model.managed == {}


@given(LIFE)
@settings(deadline=None)
def test_a_clean_up_that_never_ends_holds_the_object_no_longer_than_its_limit(
    life: list[tuple[str, int | None, int]],
) -> None:
    """Nodes that never get clean: it takes the limit and the minutes of the last look more."""
    model = enabled()
    delete(model)
    model.behaviour = "unhealthy"

    live(model, [("unhealthy", kill, min(pause, 60)) for _, kill, pause in life[:5]])

    begun = START + timedelta(minutes=5)
    assert model.extension is None
    assert not model.cleaned
    assert model.now <= begun + LIMIT + timedelta(minutes=2)


@given(LIFE, st.sampled_from(["hibernation", "deleting", "workerless"]))
@settings(deadline=None)
def test_without_nodes_a_deletion_ends_without_a_clean_up(
    life: list[tuple[str, int | None, int]], state: str
) -> None:
    """Hibernated, deleted or workerless shoots."""
    model = enabled()
    model.cluster = (
        objects.cluster(pools=()) if state == "workerless" else objects.cluster(**{state: True})  # type: ignore[arg-type]
    )
    delete(model)

    live(model, life)

    assert model.extension is None
    assert model.managed == {}
    assert f"cleanup {objects.NODE}" not in model.history


@given(LIFE)
@settings(deadline=None)
def test_a_force_deletion_ends_at_the_first_look_that_is_not_killed(
    life: list[tuple[str, int | None, int]],
) -> None:
    """The resource manager may be down for ever."""
    model = enabled(force=True)
    delete(model)
    for _, kill_after, _ in life:
        if model.extension is not None:
            look(model, kill_after)
    if model.extension is not None:
        look(model)

    assert model.extension is None
    assert all("deletionTimestamp" in raw["metadata"] for raw in model.managed.values())


@given(LIFE)
@settings(deadline=None)
def test_a_migration_ends_and_leaves_the_shoot_as_it_is(
    life: list[tuple[str, int | None, int]],
) -> None:
    """No clean-up, no object removed from the shoot, all finalizers and the annotation gone."""
    model = enabled()
    assert model.extension is not None
    model.extension["metadata"]["annotations"][objects.ANNOTATION] = "migrate"
    model.extension["metadata"]["finalizers"].append("foreign/x")

    live(model, life)

    assert model.managed == {}
    assert not model.removed_from_nodes
    assert not model.cleaned
    assert model.extension["metadata"]["finalizers"] == []
    assert objects.ANNOTATION not in model.extension["metadata"]["annotations"]
    last = model.extension["status"]["lastOperation"]
    assert (last["type"], last["state"]) == ("Migrate", "Succeeded")


def test_after_a_migration_later_events_are_ignored() -> None:
    """The deletion that follows it finds nothing to do."""
    model = enabled()
    assert model.extension is not None
    model.extension["metadata"]["annotations"][objects.ANNOTATION] = "migrate"
    live(model, [])
    before = copy.deepcopy(model.extension)

    again = look(model)
    model.extension["metadata"]["annotations"][objects.ANNOTATION] = "reconcile"
    asked = look(model)

    assert (again.steps, asked.steps) == ((), ())
    assert model.extension["status"] == before["status"]


@given(LIFE, st.sampled_from(["reconcile", "restore"]))
@settings(deadline=None)
def test_an_installation_ends_in_success_whatever_the_resource_manager_does(
    life: list[tuple[str, int | None, int]], operation: str
) -> None:
    """Killed anywhere it goes on; the operation annotation is gone and our finalizer there."""
    model = Model(objects.extension(operation=operation), objects.cluster())

    for behaviour, kill_after, _ in life:
        model.behaviour = behaviour
        look(model, kill_after)
        resource_manager(model)
    look(model)

    assert model.extension is not None
    metadata = model.extension["metadata"]
    assert metadata["finalizers"] == [objects.OWN]
    assert objects.ANNOTATION not in metadata["annotations"]
    assert model.extension["status"]["lastOperation"]["state"] == "Succeeded"
    assert set(model.managed) == {objects.NODE, objects.MONITORING}
