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
    if not extension.ours:
        return Plan("foreign")
    if extension.operation_annotation == WAIT_FOR_STATE:
        return Plan("waiting for the state")
    if operation.migrated(extension):
        return Plan("migrated away")
    if world.trigger is Trigger.SETTLED and not operation.settled(extension):
        return Plan("not settled")
    meant = operation.compute(extension)
    if meant is OperationType.DELETE and not removal.owned(extension):
        return Plan("no finalizer of ours")
    if cluster is not None and cluster.failed and not cluster.force_deletion:
        return Plan("failed shoot")
    if meant is OperationType.MIGRATE:
        return removal.migrate(extension, now, world)
    if cluster is None:
        if meant is OperationType.DELETE:
            return removal.delete_without_cluster(extension, now, world)
        return Plan("no Cluster", after=Retry(_no_cluster(extension)))
    if meant is OperationType.DELETE:
        return removal.delete(extension, cluster, now, world)
    return installation.install(extension, meant, cluster, world)


def _no_cluster(extension: Extension) -> str:
    return (
        f"cannot reconcile {extension.namespace}/{extension.name}: "
        f"Cluster {extension.namespace} is missing or not yet readable"
    )
