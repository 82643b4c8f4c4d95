# SPDX-License-Identifier: Apache-2.0
"""Create, reconcile and restore: bring the ManagedResources to what the shoot wants.

Nothing waits here for nodes or for a roll-out: a broken node would block the update that could
mend it (section 2.8). How the roll-out goes is told by the health conditions.
"""

from resmgr.config import configs, problem, provider

from .. import names
from ..cluster import Cluster
from ..extension import CONFIGURATION_PROBLEM, Extension, OperationState, OperationType
from ..observed import Phase, Trigger, World
from .plan import (
    Announce,
    ApplyMonitoring,
    ApplyNode,
    DeleteManagedResource,
    Finalizers,
    PatchMetadata,
    Plan,
    Step,
    WriteStatus,
)

PROVIDER_CONFIG_PATH = "spec.extensions[0].providerConfig"
"""Where the shoot owner finds what we complain about, as an example of its place in the Shoot."""


def install(extension: Extension, meant: OperationType, cluster: Cluster, world: World) -> Plan:
    """Plan a create, reconcile or restore of a shoot that may be hibernated or workerless.

    A hibernated shoot gets what it wants, to be applied when it wakes up (CLU-1); one without
    workers gets nothing and succeeds (CLU-4). Restore differs in its annotation only (EXT-4).
    """
    try:
        wanted = provider.parse(
            extension.provider_config, path=PROVIDER_CONFIG_PATH, pools=cluster.pools
        )
    except problem.ConfigProblems as problems:
        return _refuse(extension, meant, str(problems))
    started = () if world.trigger is Trigger.SETTLED else (_processing(extension, meant),)
    success = WriteStatus(meant, OperationState.SUCCEEDED, 100, _success(cluster, wanted))
    return Plan(
        "hibernated" if cluster.hibernation_enabled else meant.value.lower(),
        (
            *_begin(extension, meant),
            *started,
            *_content(cluster, wanted, world),
            success,
            *_doubts(extension, wanted, success),
            *_end(meant),
        ),
        warnings=len(wanted.warnings),
    )


def _doubts(
    extension: Extension, wanted: provider.ProviderConfig, success: WriteStatus
) -> tuple[Step, ...]:
    """Announce warnings, once: not when the status has told the same before."""
    last = extension.last_operation
    if not wanted.warnings or (last is not None and last.description == success.description):
        return ()
    return (Announce("ConfigurationDoubtful", "; ".join(map(str, wanted.warnings))),)


def _begin(extension: Extension, meant: OperationType) -> tuple[Step, ...]:
    """Take the finalizer before the first side effect, and with it the annotation `reconcile`."""
    missing = names.FINALIZER not in extension.finalizers
    asked = extension.operation_annotation == "reconcile" and meant is not OperationType.RESTORE
    if not missing and not asked:
        return ()
    return (PatchMetadata(Finalizers.ADD_OWN if missing else Finalizers.KEEP, asked),)


def _end(meant: OperationType) -> tuple[Step, ...]:
    return (PatchMetadata(remove_operation=True),) if meant is OperationType.RESTORE else ()


def _processing(extension: Extension, meant: OperationType) -> WriteStatus:
    return WriteStatus(
        meant, OperationState.PROCESSING, 1, f"{meant.value} of Extension {extension.name} started"
    )


def _content(cluster: Cluster, wanted: provider.ProviderConfig, world: World) -> tuple[Step, ...]:
    if not cluster.pools:
        return tuple(
            DeleteManagedResource(existing.name)
            for existing in (world.node, world.monitoring)
            if existing is not None and not existing.deleting
        )
    merged = configs.merge(world.operator_configs, wanted.configs)
    node = ApplyNode(
        Phase.INSTALL, wanted, tuple(sorted(merged.items())), world.operator_configs_checksum
    )
    if world.monitoring_enabled and cluster.purpose != "testing":
        return node, ApplyMonitoring()
    if world.monitoring is not None and not world.monitoring.deleting:
        return node, DeleteManagedResource(names.MONITORING_MANAGED_RESOURCE)
    return (node,)


def _success(cluster: Cluster, wanted: provider.ProviderConfig) -> str:
    if not cluster.pools:
        return "Nothing to manage: the shoot has no workers"
    text = "Resources for the nodes are in place"
    if cluster.hibernation_enabled:
        text += "; they are applied when the shoot wakes up"
    if wanted.rollout.paused:
        text += "; the roll-out is paused"
    if wanted.warnings:
        text += "; warnings: " + "; ".join(map(str, wanted.warnings))
    return text


def _refuse(extension: Extension, meant: OperationType, problems: str) -> Plan:
    """Say what is wrong and leave everything else as it is; only the shoot owner can mend it."""
    error = WriteStatus(meant, OperationState.ERROR, 50, problems, (CONFIGURATION_PROBLEM,))
    begin = _begin(extension, meant)
    if not begin and _says(extension, error):
        return Plan("invalid providerConfig, known")
    refused = Announce("ConfigurationRefused", problems)
    return Plan("invalid providerConfig", (*begin, error, refused))


def _says(extension: Extension, error: WriteStatus) -> bool:
    last = extension.last_operation
    return (
        last is not None
        and not extension.operation_annotation
        and extension.observed_generation == extension.generation
        and (last.type, last.state, last.description)
        == (error.type.value, error.state.value, error.description)
    )
