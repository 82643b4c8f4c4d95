# SPDX-License-Identifier: Apache-2.0
"""Delete and migrate, row by row; `test_removal_to_the_end` plays them through."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from unit.controller import objects

from controller import cluster, decide, extension, observed
from controller.decide import plan
from controller.extension import OperationState as State

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)
DELETED = "2026-08-01T11:59:00Z"
AWAKE = objects.cluster()


def decided(
    subject: objects.Object,
    facts: objects.Object | None = AWAKE,
    node: objects.Object | None = None,
    monitoring: objects.Object | None = None,
    **world: Any,
) -> plan.Plan:
    """Decide about an Extension in an awake shoot, or in the one given."""
    return decide.decide(
        extension.parse(subject),
        cluster.parse(facts) if facts else None,
        NOW,
        observed.World(
            node=observed.parse(node) if node else None,
            monitoring=observed.parse(monitoring) if monitoring else None,
            **world,
        ),
    )


def deleted(**facts: Any) -> objects.Object:
    """Build an Extension that is being deleted and is ours."""
    return objects.extension(
        **{"deleting": DELETED, "finalizers": (objects.OWN,), "last": ("Reconcile", "Succeeded")}
        | facts
    )


def under_way(description: str, progress: int) -> objects.Object:
    """Build one whose deletion has got so far already."""
    subject = deleted(last=("Delete", "Processing"))
    subject["status"]["lastOperation"] |= {"description": description, "progress": progress}
    return subject


def ago(minutes: int) -> str:
    """Write the time so many minutes before now."""
    return extension.format_time(NOW - timedelta(minutes=minutes))


def statuses(what: plan.Plan) -> list[plan.WriteStatus]:
    """Give the status writes."""
    return [step for step in what.steps if isinstance(step, plan.WriteStatus)]


def test_without_our_finalizer_a_deletion_is_not_ours() -> None:
    """A no-op, even when ManagedResources are there (2.7)."""
    what = decided(deleted(finalizers=("a/b",)), node=objects.managed_resource())

    assert (what.steps, what.after) == ((), plan.Done())


def test_first_the_node_part_is_told_to_clean_up() -> None:
    """Its content changes to the clean-up phase; nothing is deleted yet (6.6)."""
    what = decided(deleted(), node=objects.managed_resource())

    assert [type(step) for step in what.steps] == [plan.WriteStatus, plan.ApplyNode]
    assert statuses(what)[0].state is State.PROCESSING
    applied = what.steps[1]
    assert isinstance(applied, plan.ApplyNode)
    assert applied.phase is observed.Phase.CLEANUP
    assert applied.since == NOW
    assert isinstance(what.after, plan.Wait)


def test_the_go_extensions_node_part_is_cleaned_up_too() -> None:
    """It has no phase of ours: it is an installation (MR-3)."""
    legacy = objects.managed_resource()
    legacy["metadata"]["annotations"] = {}

    what = decided(deleted(), node=legacy)

    assert any(isinstance(step, plan.ApplyNode) for step in what.steps)


@pytest.mark.parametrize(
    ("state", "missing"),
    [
        ("failing", "ResourcesApplied"),
        ("unhealthy", "ResourcesHealthy"),
        ("rolling", "ResourcesProgressing"),
    ],
)
def test_the_clean_up_is_waited_for_with_progress_in_the_status(state: str, missing: str) -> None:
    """Until the ManagedResource is healthy and rolled out; the status says what is missing."""
    node = objects.managed_resource(phase="cleanup", since=ago(5), state=state)

    what = decided(deleted(), node=node)

    assert [type(step) for step in what.steps] == [plan.WriteStatus]
    assert f"message of {missing}" in statuses(what)[0].description
    assert isinstance(what.after, plan.Wait)


def test_a_clean_up_that_nobody_has_seen_yet_is_waited_for() -> None:
    """What the conditions say is about the installation, so it is neither believed nor repeated."""
    node = objects.managed_resource(phase="cleanup", since=ago(5))
    node["status"]["observedGeneration"] = 1

    what = decided(deleted(), node=node)

    assert what.steps == ()
    assert isinstance(what.after, plan.Wait)


def test_the_same_progress_is_not_written_again() -> None:
    """Waiting costs no write."""
    node = objects.managed_resource(phase="cleanup", since=ago(5), state="rolling")
    first = statuses(decided(deleted(), node=node))[0]

    again = decided(under_way(first.description, first.progress), node=node)

    assert again.steps == ()
    assert isinstance(again.after, plan.Wait)


def test_progress_never_goes_backwards() -> None:
    """A clean-up that is looked at after a removal had begun keeps the higher figure."""
    node = objects.managed_resource(phase="cleanup", since=ago(5), state="rolling")

    what = decided(under_way("something else", 60), node=node)

    assert statuses(what)[0].progress == 60


def test_after_the_clean_up_the_managed_resources_go() -> None:
    """Both, and they are waited for."""
    what = decided(
        deleted(),
        node=objects.managed_resource(phase="cleanup", since=ago(5)),
        monitoring=objects.managed_resource(objects.MONITORING),
    )

    assert plan.DeleteManagedResource(objects.NODE) in what.steps
    assert plan.DeleteManagedResource(objects.MONITORING) in what.steps
    assert isinstance(what.after, plan.Wait)


def test_a_clean_up_waits_no_longer_than_its_limit() -> None:
    """The next look comes when the time is over, not a minute later."""
    node = objects.managed_resource(phase="cleanup", since=ago(0), state="rolling")

    what = decided(deleted(), node=node, cleanup_timeout=timedelta(seconds=20))

    assert isinstance(what.after, plan.Wait)
    assert what.after.until == NOW + timedelta(seconds=20)


def test_after_half_an_hour_the_deletion_goes_on_and_names_the_nodes_left() -> None:
    """In an Event and in the status."""
    node = objects.managed_resource(phase="cleanup", since=ago(30), state="unhealthy")

    what = decided(deleted(), node=node, nodes_left=("node-a", "node-b"))

    announced = what.steps[0]
    assert isinstance(announced, plan.Announce)
    assert "node-a, node-b" in announced.message
    assert "node-a, node-b" in statuses(what)[0].description
    assert plan.DeleteManagedResource(objects.NODE) in what.steps


def test_a_minute_before_its_limit_the_clean_up_is_still_waited_for() -> None:
    """Thirty minutes by default."""
    node = objects.managed_resource(phase="cleanup", since=ago(29), state="unhealthy")

    what = decided(deleted(), node=node)

    assert plan.DeleteManagedResource(objects.NODE) not in what.steps


def test_of_many_nodes_left_some_are_named_and_all_are_counted() -> None:
    """A message stays readable with 300 nodes."""
    node = objects.managed_resource(phase="cleanup", since=ago(31), state="unhealthy")

    what = decided(deleted(), node=node, nodes_left=tuple(f"node-{n:03}" for n in range(300)))

    message = statuses(what)[0].description
    assert "node-000" in message
    assert "290 more" in message
    assert len(message) < 1000


def test_nodes_left_that_cannot_be_read_do_not_stop_the_deletion() -> None:
    """The shoot's API server may be away."""
    node = objects.managed_resource(phase="cleanup", since=ago(31), state="unhealthy")

    what = decided(deleted(), node=node)

    assert plan.DeleteManagedResource(objects.NODE) in what.steps
    assert "not known" in statuses(what)[0].description


@pytest.mark.parametrize("since", ["", "yesterday", "2026-08-01T11:00:00"])
def test_a_broken_beginning_of_the_clean_up_does_not_raise(since: str) -> None:
    """A person may have edited the annotation; the clean-up must have an end all the same."""
    node = objects.managed_resource(phase="cleanup", since=since, state="rolling")

    what = decided(deleted(), node=node)

    # Either it is begun anew with a time of its own, or it is over; waiting without a
    # beginning would wait for ever.
    assert any(isinstance(step, plan.ApplyNode | plan.DeleteManagedResource) for step in what.steps)


@pytest.mark.parametrize("minutes", [0, 4])
def test_a_deletion_is_patient_while_the_cluster_is_missing(minutes: int) -> None:
    """It may only be late, and then a clean-up may be needed."""
    what = decided(deleted(deleting=ago(minutes)), None, node=objects.managed_resource())

    assert what.steps == ()
    assert isinstance(what.after, plan.Retry)
    assert objects.NAMESPACE in what.after.reason


def test_without_a_cluster_an_object_does_not_stay_for_ever() -> None:
    """After five minutes it goes without a clean-up."""
    what = decided(deleted(deleting=ago(6)), None, node=objects.managed_resource())

    assert plan.DeleteManagedResource(objects.NODE) in what.steps


def test_managed_resources_that_are_going_are_waited_for_with_their_own_words() -> None:
    """The message of ResourcesApplied says what hangs (4.2)."""
    what = decided(deleted(), node=objects.managed_resource(deleting=True, state="failing"))

    assert "message of ResourcesApplied" in statuses(what)[0].description
    assert not any(isinstance(step, plan.DeleteManagedResource) for step in what.steps)
    assert isinstance(what.after, plan.Wait)


def test_when_all_is_gone_the_deletion_ends() -> None:
    """Leftovers, Succeeded, our finalizer; then nothing more."""
    what = decided(deleted(finalizers=("a/b", objects.OWN)))

    assert [type(step) for step in what.steps] == [
        plan.DeleteLeftovers,
        plan.WriteStatus,
        plan.PatchMetadata,
    ]
    assert statuses(what)[0].state is State.SUCCEEDED
    assert what.steps[-1] == plan.PatchMetadata(plan.Finalizers.REMOVE_OWN)
    assert what.after == plan.Done()


def test_a_wrong_provider_config_does_not_stop_a_deletion() -> None:
    """Nobody could mend it any more: the spec is immutable by now."""
    what = decided(deleted(provider_config={"nonsense": 1}), node=objects.managed_resource())

    assert any(isinstance(step, plan.ApplyNode) for step in what.steps)


def test_a_force_deletion_is_done_at_once() -> None:
    """Deletes both, waits for nothing, and ends (EXT-4)."""
    what = decided(
        deleted(),
        objects.cluster(force=True),
        node=objects.managed_resource(state="failing"),
        monitoring=objects.managed_resource(objects.MONITORING, deleting=True),
    )

    assert plan.DeleteManagedResource(objects.NODE) in what.steps
    assert plan.KeepObjects(objects.NODE) not in what.steps
    assert what.steps[-1] == plan.PatchMetadata(plan.Finalizers.REMOVE_OWN)
    assert what.after == plan.Done()


def test_a_force_deletion_of_a_failed_shoot_is_done_as_well() -> None:
    """A shoot is forced away because it has failed."""
    what = decided(deleted(), objects.cluster(force=True, failed=True))

    assert what.steps[-1] == plan.PatchMetadata(plan.Finalizers.REMOVE_OWN)


def test_a_force_annotation_without_a_deletion_of_the_shoot_is_no_force() -> None:
    """Both are needed (2.7)."""
    facts = objects.cluster(force=True)
    del facts["spec"]["shoot"]["metadata"]["deletionTimestamp"]

    what = decided(deleted(), facts, node=objects.managed_resource())

    assert any(isinstance(step, plan.ApplyNode) for step in what.steps)


def migrating(**facts: Any) -> objects.Object:
    """Build an Extension that gardenlet migrates away."""
    return objects.extension(
        **{
            "operation": "migrate",
            "finalizers": ("a/b", objects.OWN),
            "last": ("Reconcile", "Succeeded"),
        }
        | facts
    )


def test_a_migration_first_keeps_the_objects() -> None:
    """And waits until the resource manager has seen it."""
    what = decided(migrating(), node=objects.managed_resource())

    assert what.steps[-1] == plan.KeepObjects(objects.NODE)
    assert isinstance(what.after, plan.Wait)


def test_a_migration_waits_while_keep_objects_is_not_observed() -> None:
    """Deleting too early would take cri-resmgr off every node."""
    what = decided(migrating(), node=objects.managed_resource(keep=True, state="unseen"))

    assert [type(step) for step in what.steps] == [plan.WriteStatus]
    assert isinstance(what.after, plan.Wait)


def test_a_migration_needs_no_healthy_objects() -> None:
    """Observed is enough: the shoot may be broken."""
    what = decided(migrating(), node=objects.managed_resource(keep=True, state="failing"))

    assert plan.DeleteManagedResource(objects.NODE) in what.steps


def test_a_migration_needs_no_cluster() -> None:
    """Nothing in the shoot is asked or changed."""
    what = decided(migrating(), None, node=objects.managed_resource())

    assert what.steps[-1] == plan.KeepObjects(objects.NODE)


def test_at_the_end_of_a_migration_all_finalizers_and_the_annotation_go_in_one_patch() -> None:
    """After Succeeded (2.7)."""
    what = decided(migrating())

    assert statuses(what)[-1].state is State.SUCCEEDED
    assert what.steps[-1] == plan.PatchMetadata(plan.Finalizers.REMOVE_ALL, remove_operation=True)
    assert what.after == plan.Done()


def test_a_migration_without_our_finalizer_takes_none() -> None:
    """No finalizer is added in this flow."""
    what = decided(migrating(finalizers=()), node=objects.managed_resource())

    assert not any(isinstance(step, plan.PatchMetadata) for step in what.steps)


def test_a_hibernated_shoot_is_migrated_the_same_way() -> None:
    """What is needed for it is woken up by gardenlet (2.8)."""
    what = decided(migrating(), objects.cluster(hibernation=True), node=objects.managed_resource())

    assert plan.KeepObjects(objects.NODE) in what.steps


def test_a_clean_up_that_cannot_be_built_is_left_out_at_last() -> None:
    """Once the time for one is over, the deletion goes on and says why there was none."""
    what = decided(
        deleted(), node=objects.managed_resource(), cleanup_impossible="no image is for s390x"
    )

    [told] = [step for step in what.steps if isinstance(step, plan.Announce)]
    assert told.reason == "CleanupIncomplete"
    assert "no image is for s390x" in told.message
    assert plan.DeleteManagedResource(objects.NODE) in what.steps


def test_a_clock_that_was_ahead_does_not_prolong_the_clean_up() -> None:
    """A beginning in the future counts from the deletion."""
    node = objects.managed_resource(phase="cleanup", since=ago(-600), state="rolling")

    what = decided(deleted(deleting=ago(31)), node=node)

    assert what.why == "clean-up given up"
