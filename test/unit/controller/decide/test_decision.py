# SPDX-License-Identifier: Apache-2.0
"""The decision over all combinations of what can be seen: what must hold in every one (EXT-1).

What the contract says of each flow is written here as sets of cases, independent of the code that
decides; `test_installation` and `test_removal` have the rows one by one.
"""

import itertools
from datetime import timedelta

import pytest
from unit.controller import objects
from unit.controller.decide import combinations
from unit.controller.decide.combinations import Case

from controller import cluster, decide, extension, observed
from controller.decide import plan


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    """Decide every combination once."""
    return combinations.all_cases()


def test_what_the_contract_leaves_alone_is_left_alone(cases: list[Case]) -> None:
    """Waiting for the state, migrated away, failed, without our finalizer, not settled."""
    touched = [case for case in cases if case.left_alone and case.steps]
    looked_at_again = [
        case for case in cases if case.left_alone and not isinstance(case.decided.after, plan.Done)
    ]

    assert any(case.left_alone for case in cases)
    assert touched == []
    assert looked_at_again == []


def test_everything_else_leads_to_work_or_to_another_look(cases: list[Case]) -> None:
    """No accepted event is dropped."""
    dropped = [
        case
        for case in cases
        if not case.left_alone and not case.steps and isinstance(case.decided.after, plan.Done)
    ]

    assert dropped == []


def test_our_finalizer_comes_before_the_first_side_effect(cases: list[Case]) -> None:
    """Create, reconcile and restore take it first, and never twice (2.7)."""
    missing = [case for case in cases if case.installing and not case.owned]
    first = [case for case in missing if not _adds(case.steps[0])]
    again = [case for case in cases if case.owned and any(map(_adds, case.steps))]

    assert missing
    assert first == []
    assert again == []


def test_removals_add_no_finalizer(cases: list[Case]) -> None:
    """Neither a deletion nor a migration does (2.7)."""
    added = [
        case for case in cases if (case.removing or case.migrating) and any(map(_adds, case.steps))
    ]

    assert added == []


def _adds(step: plan.Step) -> bool:
    return isinstance(step, plan.PatchMetadata) and step.finalizers is plan.Finalizers.ADD_OWN


def test_every_accepted_reconcile_ends_in_a_status_write(cases: list[Case]) -> None:
    """Else gardenlet waits for ever (2.4); only a restore has its annotation to remove after it."""
    installing = [case for case in cases if case.installing]
    silent = [
        case
        for case in installing
        if not case.statuses
        or case.statuses[-1].state is not extension.OperationState.SUCCEEDED
        or case.statuses[-1].progress != 100
        or not all(
            isinstance(step, plan.PatchMetadata | plan.Announce)
            for step in case.steps[case.steps.index(case.statuses[-1]) + 1 :]
        )
    ]

    assert installing
    assert silent == []


def test_the_annotation_reconcile_goes_at_the_very_start(cases: list[Case]) -> None:
    """In the same patch as the finalizer, before any work (2.4)."""
    asked = [
        case
        for case in cases
        if case.installing
        and case.annotation == "reconcile"
        and case.statuses[0].type is not extension.OperationType.RESTORE
    ]
    late = [
        case
        for case in asked
        if not isinstance(case.steps[0], plan.PatchMetadata) or not case.steps[0].remove_operation
    ]
    twice = [case for case in asked if len(case.of(plan.PatchMetadata)) != 1]

    assert asked
    assert late == []
    assert twice == []


def test_the_annotations_restore_and_migrate_go_at_the_very_end(cases: list[Case]) -> None:
    """After Succeeded was written, so that a failed one takes the same route again (2.4)."""
    early = [
        case
        for case in cases
        if case.annotation in {"restore", "migrate"} and (case.installing or case.migrating)
        for index, step in enumerate(case.steps)
        if isinstance(step, plan.PatchMetadata)
        and step.remove_operation
        and (
            index != len(case.steps) - 1
            or case.statuses[-1].state is not extension.OperationState.SUCCEEDED
        )
    ]
    restored = [case for case in cases if case.annotation == "restore" and case.installing]
    kept = [case for case in restored if not _removes_annotation(case.steps[-1])]

    assert early == []
    assert restored
    assert kept == []


def _removes_annotation(step: plan.Step) -> bool:
    return isinstance(step, plan.PatchMetadata) and step.remove_operation


def test_no_other_annotation_value_is_removed(cases: list[Case]) -> None:
    """What is not ours to take away stays."""
    taken = [
        case
        for case in cases
        if case.annotation in {"maintain", "wait-for-state"}
        and case.statuses
        and case.statuses[0].type
        in {extension.OperationType.CREATE, extension.OperationType.RECONCILE}
        and any(map(_removes_annotation, case.steps))
    ]

    assert taken == []


def test_a_migration_changes_nothing_in_the_shoot(cases: list[Case]) -> None:
    """No installation, no clean-up: everything inside the shoot stays (2.7)."""
    migrating = [case for case in cases if case.migrating]
    applied = [case for case in migrating if case.of(plan.ApplyNode, plan.ApplyMonitoring)]

    assert migrating
    assert applied == []


def test_a_migration_deletes_the_node_part_only_once_its_objects_are_kept(
    cases: list[Case],
) -> None:
    """The resource manager has to have observed keepObjects first."""
    deleting = {c.node for c in cases if c.migrating and c.deletes(objects.NODE)}
    keeping = {c.node for c in cases if c.migrating and plan.KeepObjects(objects.NODE) in c.steps}
    on_monitoring = [c for c in cases if plan.KeepObjects(objects.MONITORING) in c.steps]

    assert deleting == {"keep"}
    assert keeping == {"installed", "installing", "cleaning", "clean", "unseen", "overdue"}
    assert on_monitoring == []


def test_finalizers_go_only_when_nothing_of_ours_is_left(cases: list[Case]) -> None:
    """After Succeeded was written, as the last step; by force with all deletions under way."""
    ends = [
        case
        for case in cases
        for step in case.steps
        if isinstance(step, plan.PatchMetadata)
        and step.finalizers in {plan.Finalizers.REMOVE_ALL, plan.Finalizers.REMOVE_OWN}
    ]
    wrong = [
        case
        for case in ends
        if case.steps[-2] != case.statuses[-1]
        or case.statuses[-1].state is not extension.OperationState.SUCCEEDED
        or not isinstance(case.steps[-1], plan.PatchMetadata)
        or not ((case.node, case.monitoring) == ("none", "none") or "force" in case.cluster)
    ]

    assert ends
    assert wrong == []


def test_a_migration_takes_all_finalizers_a_deletion_only_ours(cases: list[Case]) -> None:
    """Foreign ones are for others to remove, but for a migration (2.7)."""
    taken = {
        (case.migrating, step.finalizers)
        for case in cases
        for step in case.steps
        if isinstance(step, plan.PatchMetadata)
        and step.finalizers in {plan.Finalizers.REMOVE_ALL, plan.Finalizers.REMOVE_OWN}
    }

    assert taken == {(True, plan.Finalizers.REMOVE_ALL), (False, plan.Finalizers.REMOVE_OWN)}


def test_a_living_shoots_node_part_is_deleted_only_clean_or_too_late(cases: list[Case]) -> None:
    """Rolled out in the clean-up phase, or over the limit (6.6)."""
    awake = {
        case.node
        for case in cases
        if case.removing and case.cluster in {"awake", "testing"} and case.deletes(objects.NODE)
    }

    assert awake == {"clean", "overdue"}


@pytest.mark.parametrize("state", ["hibernated", "workerless", "deleting", "force", "failed force"])
def test_without_nodes_there_is_no_clean_up(cases: list[Case], state: str) -> None:
    """The node part is deleted at once, whatever it is doing (CLU-2 to CLU-4, 2.8)."""
    there = [case for case in cases if case.removing and case.cluster == state]
    cleaned = [case for case in there if case.of(plan.ApplyNode)]
    kept = [
        case
        for case in there
        if case.node not in {"none", "going"} and not case.deletes(objects.NODE)
    ]

    assert there
    assert cleaned == []
    assert kept == []


def test_a_forced_deletion_waits_for_nothing(cases: list[Case]) -> None:
    """All deletions and the end in one plan (EXT-4)."""
    forced = [case for case in cases if case.removing and "force" in case.cluster]
    waiting = [
        case
        for case in forced
        if not isinstance(case.decided.after, plan.Done)
        or case.steps[-1] != plan.PatchMetadata(plan.Finalizers.REMOVE_OWN)
    ]

    assert forced
    assert waiting == []


def test_an_installation_never_waits(cases: list[Case]) -> None:
    """A broken node would block the update that could mend it (2.8)."""
    waiting = [
        case for case in cases if case.installing and not isinstance(case.decided.after, plan.Done)
    ]

    assert waiting == []


def test_a_wait_ends_in_the_future_and_within_a_minute(cases: list[Case]) -> None:
    """No wait of nothing, which would spin; none without an end, which could be for ever."""
    waits = [case for case in cases if isinstance(case.decided.after, plan.Wait)]
    wrong = [
        case
        for case in waits
        if isinstance(case.decided.after, plan.Wait)
        and not timedelta(0) < case.decided.after.until - combinations.NOW <= timedelta(minutes=1)
    ]

    assert waits
    assert wrong == []


def test_without_a_cluster_an_installation_is_tried_again(cases: list[Case]) -> None:
    """An Extension may arrive before its Cluster; nothing is written meanwhile."""
    early = [
        case
        for case in cases
        if case.cluster == "missing" and not (case.left_alone or case.migrating or case.deleting)
    ]
    wrong = [case for case in early if case.steps or not isinstance(case.decided.after, plan.Retry)]

    assert early
    assert wrong == []


def test_progress_rises_within_a_plan_and_types_do_not_mix(cases: list[Case]) -> None:
    """One plan is one operation."""
    wrong = [
        case
        for case in cases
        if [s.progress for s in case.statuses] != sorted(s.progress for s in case.statuses)
        or len({s.type for s in case.statuses}) > 1
    ]

    assert wrong == []


def test_only_our_managed_resources_that_are_there_are_deleted(cases: list[Case]) -> None:
    """And none that is going already."""
    wrong = [
        case
        for case in cases
        if (case.deletes(objects.NODE) and case.node in {"none", "going"})
        or (case.deletes(objects.MONITORING) and case.monitoring in {"none", "going"})
    ]

    assert wrong == []


def test_what_is_installed_depends_on_the_shoot(cases: list[Case]) -> None:
    """Nothing in a workerless shoot, no monitoring in a testing one, all in the others."""
    parts = {
        case.cluster: tuple(type(step) for step in case.of(plan.ApplyNode, plan.ApplyMonitoring))
        for case in cases
        if case.installing
    }

    both = (plan.ApplyNode, plan.ApplyMonitoring)
    assert parts == {
        "awake": both,
        "hibernated": both,
        "deleting": both,
        "force": both,
        "failed force": both,
        "testing": (plan.ApplyNode,),
        "workerless": (),
    }


def test_a_look_without_an_event_writes_the_status_once(cases: list[Case]) -> None:
    """No Processing: gardenlet has asked for nothing."""
    looks = [
        case
        for case in cases
        if case.installing and case.trigger is observed.Trigger.SETTLED and case.owned
    ]
    wrong = [case for case in looks if len(case.statuses) != 1]

    assert looks
    assert wrong == []


def test_a_foreign_object_is_ignored_in_every_combination() -> None:
    """Whatever is asked for (EXT-2)."""
    facts = cluster.parse(objects.cluster())
    for annotation, last in itertools.product(combinations.ANNOTATIONS, combinations.LASTS):
        raw = objects.extension(operation=annotation, last=last, finalizers=(objects.OWN,))
        raw["spec"]["class"] = "seed"
        decided = decide.decide(extension.parse(raw), facts, combinations.NOW, observed.World())

        assert decided.steps == ()
        assert decided.after == plan.Done()
