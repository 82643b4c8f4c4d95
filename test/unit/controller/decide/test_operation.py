# SPDX-License-Identifier: Apache-2.0
"""Which operation is meant, and which events start work: sections 2.3 and 2.6, row by row."""

import pytest
from unit.controller import objects

from controller import extension
from controller.decide import operation

DELETING = "2026-08-01T11:00:00Z"


def parsed(**facts: object) -> extension.Extension:
    """Read an Extension with these facts."""
    return extension.parse(objects.extension(**facts))  # type: ignore[arg-type]


# Rows from top to bottom as the contract orders them; the first that fits counts.
ROWS = [
    # annotation, deleting, last operation, operation
    ("migrate", "", None, "Migrate"),
    ("migrate", DELETING, ("Delete", "Processing"), "Migrate"),
    ("migrate", "", ("Restore", "Error"), "Migrate"),
    ("", DELETING, None, "Delete"),
    ("restore", DELETING, ("Restore", "Processing"), "Delete"),
    ("reconcile", DELETING, ("Create", "Processing"), "Delete"),
    ("restore", "", None, "Restore"),
    ("restore", "", ("Migrate", "Succeeded"), "Restore"),
    ("restore", "", ("Create", "Error"), "Restore"),
    ("", "", None, "Create"),
    ("reconcile", "", None, "Create"),
    *[
        (annotation, "", (kind, state), kind)
        for annotation in ("", "reconcile")
        for kind in ("Create", "Migrate", "Restore")
        for state in ("Processing", "Error", "Failed", "Pending", "Aborted")
    ],
    *[
        (annotation, "", (kind, "Succeeded"), "Reconcile")
        for annotation in ("", "reconcile")
        for kind in ("Create", "Reconcile", "Restore", "Delete", "LiveMigrate")
    ],
    *[
        ("", "", (kind, state), "Reconcile")
        for kind in ("Reconcile", "Delete", "LiveMigrate")
        for state in ("Processing", "Error")
    ],
]


@pytest.mark.parametrize(("annotation", "deleting", "last", "wanted"), ROWS)
def test_the_operation_is_the_first_row_that_fits(
    annotation: str, deleting: str, last: tuple[str, str] | None, wanted: str
) -> None:
    """The order of section 2.3."""
    meant = operation.compute(parsed(operation=annotation, deleting=deleting, last=last))

    assert meant.value == wanted


@pytest.mark.parametrize(
    ("annotation", "deleting", "away"),
    [
        ("", "", True),
        ("reconcile", "", True),
        ("", DELETING, True),
        ("restore", DELETING, True),
        ("restore", "", False),
        ("migrate", "", False),
        ("migrate", DELETING, False),
    ],
)
def test_a_migrated_object_is_touched_only_to_migrate_or_restore(
    annotation: str, deleting: str, *, away: bool
) -> None:
    """The skip rule, which also covers the deletion that follows a migration."""
    subject = parsed(operation=annotation, deleting=deleting, last=("Migrate", "Succeeded"))

    assert operation.migrated(subject) is away


def test_a_migration_under_way_is_not_skipped() -> None:
    """Only a succeeded one is."""
    assert not operation.migrated(parsed(last=("Migrate", "Processing")))


@pytest.mark.parametrize("annotation", ["reconcile", "restore", "migrate"])
def test_at_first_sight_an_operation_annotation_starts_work(annotation: str) -> None:
    """The create event, also after a restart."""
    assert operation.starts_work(None, parsed(operation=annotation, last=("Create", "Succeeded")))


@pytest.mark.parametrize(
    "facts",
    [
        {"deleting": DELETING, "last": ("Create", "Succeeded")},
        {"last": None},
        {"last": ("Reconcile", "Processing")},
        {"last": ("Reconcile", "Error")},
    ],
)
def test_at_first_sight_unfinished_things_start_work(facts: dict[str, object]) -> None:
    """Deleted, never worked on, or not succeeded."""
    assert operation.starts_work(None, parsed(**facts))


@pytest.mark.parametrize("annotation", ["", "wait-for-state", "maintain"])
def test_at_first_sight_a_settled_object_starts_none(annotation: str) -> None:
    """A restart with 500 objects does nothing."""
    subject = parsed(operation=annotation, last=("Reconcile", "Succeeded"))

    assert not operation.starts_work(None, subject)


@pytest.mark.parametrize(
    ("asked", "starts"),
    [
        ("2026-08-01T10:30:00.999999999Z", False),
        ("2026-08-01T10:30:01.1Z", True),
        ("soon", False),
    ],
)
def test_at_first_sight_a_request_without_an_answer_starts_work(
    asked: str, *, starts: bool
) -> None:
    """We were killed between the removal of the annotation and the first status write."""
    raw = objects.extension(last=("Reconcile", "Succeeded"))
    raw["metadata"]["annotations"][objects.TIMESTAMP] = asked

    assert operation.starts_work(None, extension.parse(raw)) is starts


@pytest.mark.parametrize("annotation", ["reconcile", "restore", "migrate"])
def test_an_update_with_an_operation_annotation_starts_work(annotation: str) -> None:
    """Whether or not anything else has changed."""
    old = parsed(last=("Create", "Succeeded"))
    new = parsed(operation=annotation, last=("Create", "Succeeded"), resourceVersion="11")

    assert operation.starts_work(old, new)


def test_an_update_of_the_spec_alone_starts_none() -> None:
    """Gardener wants to control when things roll."""
    old = parsed(last=("Create", "Succeeded"))
    new = parsed(last=("Create", "Succeeded"), resourceVersion="11", generation=4)

    assert not operation.starts_work(old, new)
    assert operation.starts_work(old, new, ignore_operation_annotation=True)


def test_an_update_of_the_status_alone_starts_none() -> None:
    """Else our own writes would start us again."""
    old = parsed(last=("Reconcile", "Processing"))
    new = parsed(last=("Reconcile", "Error"), resourceVersion="11")

    assert not operation.starts_work(old, new)


def test_a_deletion_starts_work() -> None:
    """The update by which the deletionTimestamp appears."""
    old = parsed(last=("Create", "Succeeded"))
    new = parsed(deleting=DELETING, last=("Create", "Succeeded"), resourceVersion="11")

    assert operation.starts_work(old, new)


def test_a_status_write_during_a_deletion_starts_none() -> None:
    """The status has changed in this event: it is our own progress."""
    old = parsed(deleting=DELETING, last=("Create", "Succeeded"))
    new = parsed(deleting=DELETING, last=("Delete", "Processing"), resourceVersion="11")

    assert not operation.starts_work(old, new, handed=operation.request(old))


@pytest.mark.parametrize("facts", [{"deleting": DELETING}, {"operation": "restore"}])
def test_gardenlets_next_try_starts_work(facts: dict[str, str]) -> None:
    """It sets another timestamp, whatever we have written meanwhile."""
    old = parsed(last=("Delete", "Error"), **facts)
    raw = objects.extension(last=("Delete", "Error"), resourceVersion="11", **facts)  # type: ignore[arg-type]
    raw["metadata"]["annotations"][objects.TIMESTAMP] = "2026-08-01T10:05:00.5Z"

    assert operation.starts_work(old, extension.parse(raw), handed=operation.request(old))


@pytest.mark.parametrize("annotation", ["restore", "migrate"])
def test_our_own_writes_start_no_work_while_the_annotation_stays(annotation: str) -> None:
    """Else what fails would be tried again without a pause."""
    old = parsed(operation=annotation)
    new = parsed(operation=annotation, last=("Restore", "Error"), resourceVersion="12")

    assert not operation.starts_work(old, new, handed=operation.request(old))


def test_an_object_made_anew_under_an_old_name_is_seen_for_the_first_time() -> None:
    """The deletion of the old one was missed."""
    old = parsed(last=("Create", "Succeeded"))
    new = parsed(last=None, uid="uid-2", resourceVersion="11")

    assert operation.starts_work(old, new)


@pytest.mark.parametrize("change", [{"type": "other"}, {"class": "seed"}, {"class": "garden"}])
def test_foreign_objects_never_start_work(change: dict[str, str]) -> None:
    """Type and class must fit, whatever is asked for (EXT-2)."""
    raw = objects.extension(operation="reconcile", deleting=DELETING)
    raw["spec"] |= change

    assert not operation.starts_work(None, extension.parse(raw))


@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        ({"last": ("Reconcile", "Succeeded")}, True),
        ({"last": ("Restore", "Succeeded")}, True),
        ({"last": None}, False),
        ({"last": ("Reconcile", "Error")}, False),
        ({"last": ("Migrate", "Succeeded")}, False),
        ({"last": ("Reconcile", "Succeeded"), "deleting": DELETING}, False),
        ({"last": ("Reconcile", "Succeeded"), "operation": "reconcile"}, False),
        ({"last": ("Reconcile", "Succeeded"), "operation": "wait-for-state"}, False),
    ],
)
def test_only_settled_objects_are_worked_on_without_an_event(
    facts: dict[str, object], *, wanted: bool
) -> None:
    """Operator configs and the resync leave alone what is under way."""
    assert operation.settled(parsed(**facts)) is wanted
