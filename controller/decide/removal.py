# SPDX-License-Identifier: Apache-2.0
"""Delete and migrate: leave the nodes clean, or leave them exactly as they are.

Delete has two phases on a living shoot (section 6.6): first the node part cleans each node, then
its ManagedResource goes. The first phase is left out where no node can be there. Migrate keeps
everything inside the shoot (section 2.7).
"""

from datetime import datetime, timedelta

from resmgr.config.provider import ProviderConfig

from .. import names
from ..cluster import Cluster
from ..extension import Extension, OperationState, OperationType
from ..observed import ManagedResource, Phase, World
from .plan import (
    After,
    Announce,
    ApplyNode,
    DeleteLeftovers,
    DeleteManagedResource,
    Done,
    Finalizers,
    KeepObjects,
    PatchMetadata,
    Plan,
    Retry,
    Step,
    Wait,
    WriteStatus,
)

LOOK_AGAIN = timedelta(minutes=1)
"""How long to wait for an event before looking anyway; events normally come first."""

NAMED_NODES = 10
"""Nodes named in a message; the rest is counted."""


def owned(extension: Extension) -> bool:
    """Tell whether we have anything to do at a deletion (section 2.7)."""
    return names.FINALIZER in extension.finalizers


def delete(extension: Extension, cluster: Cluster, now: datetime, world: World) -> Plan:
    """Plan a deletion: disabled in a living shoot, shoot deletion, hibernated, or by force.

    Without nodes there is no clean-up: hibernated (CLU-2), being deleted (CLU-3), no workers
    (CLU-4). Waiting is for an event, so that no deletion holds a worker (CLU-2).
    """
    if cluster.force_deletion:
        return _force(extension, world)
    if world.node is None or world.node.deleting or cluster.without_nodes:
        return _remove(extension, OperationType.DELETE, now, world)
    if world.cleanup_impossible:
        return _give_up_cleanup(extension, now, world)
    return _clean_up(extension, world.node, now, world)


def _clean_up(extension: Extension, node: ManagedResource, now: datetime, world: World) -> Plan:
    """Plan the first phase: begin, wait with an end, or go on to the removal."""
    since = node.cleanup_since
    if node.phase is Phase.INSTALL or since is None:
        return _start_cleanup(extension, now)
    if node.rolled_out:
        return _remove(extension, OperationType.DELETE, now, world)
    if since > now:
        # The clock was ahead when the clean-up began; that must not prolong it.
        since = extension.deleting_since or now
    until = since + world.cleanup_timeout
    if now < until:
        return _await_cleanup(extension, node, min(now + LOOK_AGAIN, until))
    return _give_up_cleanup(extension, now, world)


def delete_without_cluster(extension: Extension, now: datetime, world: World) -> Plan:
    """Plan a deletion when the Cluster is missing: patient at first, then without a clean-up.

    Without a Cluster the shoot is gone or was never there; an object must not stay for ever.
    """
    if (
        extension.deleting_since is not None
        and now < extension.deleting_since + world.cluster_patience
    ):
        return Plan(
            "no Cluster",
            after=Retry(
                f"cannot delete {extension.namespace}/{extension.name} yet: "
                f"Cluster {extension.namespace} is missing or not yet readable"
            ),
        )
    return _remove(extension, OperationType.DELETE, now, world)


def migrate(extension: Extension, now: datetime, world: World) -> Plan:
    """Plan a migration: everything in the shoot stays, our objects in this seed go."""
    node = world.node
    if node is not None and not node.deleting and not (node.keep_objects and node.observed):
        keep: tuple[Step, ...] = () if node.keep_objects else (KeepObjects(node.name),)
        return Plan(
            "migrate",
            (
                *_progress(
                    extension, OperationType.MIGRATE, 30, "Leaving the shoot's objects in place"
                ),
                *keep,
            ),
            Wait("keepObjects is not yet observed", now + LOOK_AGAIN),
        )
    return _remove(extension, OperationType.MIGRATE, now, world)


def _start_cleanup(extension: Extension, now: datetime) -> Plan:
    return Plan(
        "clean-up begins",
        (
            *_progress(extension, OperationType.DELETE, 10, "Cleaning up the nodes"),
            ApplyNode(Phase.CLEANUP, ProviderConfig(), (), since=now),
        ),
        Wait("the nodes are being cleaned up", now + LOOK_AGAIN),
    )


def _await_cleanup(extension: Extension, node: ManagedResource, until: datetime) -> Plan:
    wait = Wait("the nodes are being cleaned up", until)
    detail = _detail(node) if node.observed else ""
    if not detail:
        return Plan("clean-up goes on", after=wait)
    return Plan(
        "clean-up goes on",
        _progress(extension, OperationType.DELETE, 30, f"Cleaning up the nodes: {detail}"),
        wait,
    )


def _detail(node: ManagedResource) -> str:
    """Give what the resource manager says about a clean-up that has not ended."""
    if node.status("ResourcesApplied") != "True":
        return node.message("ResourcesApplied")
    if node.status("ResourcesHealthy") != "True":
        return node.message("ResourcesHealthy")
    return node.message("ResourcesProgressing")


def _give_up_cleanup(extension: Extension, now: datetime, world: World) -> Plan:
    left = _named(world.nodes_left)
    why = world.cleanup_impossible or f"Clean-up did not end within {world.cleanup_timeout}"
    message = f"{why}; going on without nodes: {left}"
    removal = _remove(extension, OperationType.DELETE, now, world, message)
    return Plan(
        "clean-up given up",
        (Announce("CleanupIncomplete", message), *removal.steps),
        removal.after,
    )


def _named(nodes: tuple[str, ...]) -> str:
    if not nodes:
        return "not known"
    more = len(nodes) - NAMED_NODES
    return ", ".join(nodes[:NAMED_NODES]) + (f" and {more} more" if more > 0 else "")


def _remove(
    extension: Extension,
    meant: OperationType,
    now: datetime,
    world: World,
    description: str = "Removing the ManagedResources",
) -> Plan:
    """Delete the ManagedResources; once they are gone, finish."""
    present = [existing for existing in (world.node, world.monitoring) if existing is not None]
    if not present:
        return Plan(meant.value.lower(), _finish(meant))
    deletions = tuple(
        DeleteManagedResource(existing.name) for existing in present if not existing.deleting
    )
    waiting = [
        existing.message("ResourcesApplied")
        for existing in present
        if existing.deleting and existing.status("ResourcesApplied") != "True"
    ]
    detail = ": ".join((description, *filter(None, waiting[:1])))
    after: After = Wait("the ManagedResources are going", now + LOOK_AGAIN)
    return Plan("removal", (*_progress(extension, meant, 60, detail), *deletions), after)


def _force(extension: Extension, world: World) -> Plan:
    """Delete without waiting for anything in the shoot (EXT-4)."""
    deletions = tuple(
        DeleteManagedResource(existing.name)
        for existing in (world.node, world.monitoring)
        if existing is not None and not existing.deleting
    )
    return Plan(
        "force delete",
        (
            *_progress(extension, OperationType.DELETE, 1, "Deleting by force"),
            *deletions,
            *_finish(OperationType.DELETE),
        ),
        Done(),
    )


def _finish(meant: OperationType) -> tuple[Step, ...]:
    done = WriteStatus(meant, OperationState.SUCCEEDED, 100, f"{meant.value} has ended")
    if meant is OperationType.MIGRATE:
        return DeleteLeftovers(), done, PatchMetadata(Finalizers.REMOVE_ALL, remove_operation=True)
    return DeleteLeftovers(), done, PatchMetadata(Finalizers.REMOVE_OWN)


def _progress(
    extension: Extension, meant: OperationType, progress: int, description: str
) -> tuple[Step, ...]:
    """Write that we are at it, unless the status says exactly this already.

    The progress never goes backwards within one operation.
    """
    last = extension.last_operation
    same = (
        last is not None
        and last.type == meant.value
        and last.state == OperationState.PROCESSING.value
    )
    if last is not None and same:
        progress = max(progress, last.progress)
        if (last.progress, last.description) == (progress, description):
            return ()
    return (WriteStatus(meant, OperationState.PROCESSING, progress, description),)
