# SPDX-License-Identifier: Apache-2.0
"""Which operation an Extension asks for, and which events start work at all."""

from .. import names
from ..extension import Extension, OperationState, OperationType

_BY_ANNOTATION = {"reconcile", "restore", "migrate"}
_REPEATED = {
    operation.value: operation
    for operation in (OperationType.CREATE, OperationType.MIGRATE, OperationType.RESTORE)
}


def compute(extension: Extension) -> OperationType:
    """Tell the operation, in the order of the Gardener contract, section 2.3."""
    if extension.operation_annotation == "migrate":
        return OperationType.MIGRATE
    if extension.deleting_since is not None:
        return OperationType.DELETE
    if extension.operation_annotation == "restore":
        return OperationType.RESTORE
    last = extension.last_operation
    if last is None:
        return OperationType.CREATE
    if last.type in _REPEATED and last.state != OperationState.SUCCEEDED.value:
        return _REPEATED[last.type]
    return OperationType.RECONCILE


def migrated(extension: Extension) -> bool:
    """Tell whether the object belongs to another seed now, so that nothing may be done (2.3)."""
    operation = compute(extension)
    return operation not in {OperationType.MIGRATE, OperationType.RESTORE} and extension.succeeded(
        OperationType.MIGRATE
    )


def unsettled(extension: Extension) -> bool:
    """Tell whether work is asked for, as seen without history: the create event of 2.6.

    This is what counts after a start, after a list, and when a Cluster has changed. A request whose
    annotation we have taken away, and then were killed before the first status write, is seen by
    its time: gardenlet waits for an end that is not before it (2.4).
    """
    return (
        extension.operation_annotation in _BY_ANNOTATION
        or extension.deleting_since is not None
        or not extension.succeeded()
        or _unanswered(extension)
    )


def _unanswered(extension: Extension) -> bool:
    last, asked = extension.last_operation, extension.asked_at
    if last is None or last.last_update_time is None or asked is None:
        return False
    return last.last_update_time < asked.replace(microsecond=0)


Request = tuple[str, str, str, int, bool]
"""What is asked for; see `request`."""


def request(extension: Extension) -> Request | None:
    """Tell what the object asks for, `None` if nothing.

    It is the same for as long as the same is asked for, whatever is written to the status: not
    each write of ours may start work again while `restore` or a deletionTimestamp stays (2.6).
    gardenlet's next try has another timestamp.
    """
    deleting = extension.deleting_since is not None
    if not deleting and extension.operation_annotation not in _BY_ANNOTATION:
        return None
    return (
        extension.uid,
        extension.operation_annotation,
        extension.annotations.get(names.TIMESTAMP_ANNOTATION, ""),
        extension.generation,
        deleting,
    )


def starts_work(
    old: Extension | None,
    new: Extension,
    *,
    handed: Request | None = None,
    ignore_operation_annotation: bool = False,
) -> bool:
    """Tell whether an event starts work: section 2.6.

    `old` is the object as it was known before the event, `None` for one that was not known;
    `handed` is the request of it that has started work already.
    """
    if not new.ours:
        return False
    if old is None or old.uid != new.uid:
        return unsettled(new) or ignore_operation_annotation
    asked = request(new)
    if asked is not None:
        return asked != handed
    return ignore_operation_annotation and old.generation != new.generation


def settled(extension: Extension) -> bool:
    """Tell whether a look without an event may work on it (section 10, end)."""
    return (
        extension.ours
        and extension.succeeded()
        and not extension.operation_annotation
        and extension.deleting_since is None
        and not migrated(extension)
    )
