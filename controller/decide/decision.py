# SPDX-License-Identifier: Apache-2.0
"""The decision itself: which flow, or none."""

from datetime import datetime

from ..cluster import Cluster
from ..extension import Extension, OperationType
from ..observed import Trigger, World
from . import installation, operation, removal
from .plan import Plan, Retry

WAIT_FOR_STATE = "wait-for-state"


def decide(extension: Extension, cluster: Cluster | None, now: datetime, world: World) -> Plan:
    """Decide what to do about `extension` (EXT-1).

    `cluster` is `None` when there is none or when it cannot be read yet. Never raises for any
    content of the objects; a wrong providerConfig is a plan that writes an error.
    """
    meant = operation.compute(extension)
    why_not = _nothing_to_do(extension, meant, cluster, world)
    if why_not:
        return Plan(why_not)
    if meant is OperationType.MIGRATE:
        return removal.migrate(extension, now, world)
    if meant is OperationType.DELETE:
        if cluster is None:
            return removal.delete_without_cluster(extension, now, world)
        return removal.delete(extension, cluster, now, world)
    if cluster is None:
        return Plan("no Cluster", after=Retry(_no_cluster(extension)))
    return installation.install(extension, meant, cluster, world)


def _nothing_to_do(
    extension: Extension, meant: OperationType, cluster: Cluster | None, world: World
) -> str:
    """Tell in a word why nothing is to be done now, empty if something is."""
    failed = cluster is not None and cluster.failed and not cluster.force_deletion
    reasons = {
        "foreign": not extension.ours,
        "waiting for the state": extension.operation_annotation == WAIT_FOR_STATE,
        "migrated away": operation.migrated(extension),
        "not settled": world.trigger is Trigger.SETTLED and not operation.settled(extension),
        "no finalizer of ours": meant is OperationType.DELETE and not removal.owned(extension),
        "failed shoot": failed,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def _no_cluster(extension: Extension) -> str:
    return (
        f"cannot reconcile {extension.namespace}/{extension.name}: "
        f"Cluster {extension.namespace} is missing or not yet readable"
    )
