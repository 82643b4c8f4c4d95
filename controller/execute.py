# SPDX-License-Identifier: Apache-2.0
"""Carry out the steps of a plan, in order, each by as few requests as it needs.

A step that fails ends the plan; the queue brings the object back, and the next decision starts
from what is there then. So no step may depend on one before it having run in this process.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from . import content, extension, kube, managedresource, names, store
from .cluster import Cluster
from .decide import plan
from .extension import Extension, OperationState
from .kube import paths
from .observed import World

LOGGER = logging.getLogger("controller.execute")


class Executor:
    """Carries plans out against one API server.

    `now` gives the time; `known` learns every answer.
    """

    def __init__(
        self,
        client: kube.Client,
        writer: managedresource.Writer,
        build: content.Builder,
        known: store.Store,
        now: Callable[[], datetime],
    ) -> None:
        """Keep the parts."""
        self._client = client
        self._writer = writer
        self._build = build
        self._known = known
        self._now = now

    async def run(
        self, what: plan.Plan, subject: Extension, cluster: Cluster | None, world: World
    ) -> int:
        """Carry out all steps; give how many there were that wrote or may have written.

        Raises `kube.ApiError`, `managedresource.BeingDeleted`, and what building the content
        raises when the installation itself is broken (`content.Unbuildable`).
        """
        latest = subject
        for step in what.steps:
            answer = await self._step(_still(step, latest, subject), latest, cluster, world)
            # What was decided on is what was done, even if the spec has changed meanwhile.
            latest = replace(answer, generation=subject.generation)
        return len(what.steps)

    async def write_error(self, subject: Extension, operation: str, description: str) -> None:
        """Write that an operation failed, unless the status says exactly this (2.5)."""
        last = subject.last_operation
        if last and (last.state, last.description) == (OperationState.ERROR.value, description):
            return
        kind = extension.OperationType(operation)
        await self._write_status(
            plan.WriteStatus(kind, OperationState.ERROR, 50, description), subject
        )

    async def _step(
        self, step: plan.Step, subject: Extension, cluster: Cluster | None, world: World
    ) -> Extension:
        namespace = subject.namespace
        match step:
            case plan.PatchMetadata():
                return await self._patch_metadata(step, subject)
            case plan.WriteStatus():
                return await self._write_status(step, subject)
            case plan.ApplyNode() if cluster is not None:
                await self._writer.apply(self._build.node(step, cluster), world.node)
            case plan.ApplyMonitoring():
                await self._writer.apply(self._build.monitoring(namespace), world.monitoring)
            case plan.KeepObjects(name):
                await self._writer.keep_objects(namespace, name)
            case plan.DeleteManagedResource(name):
                await self._delete(name, world)
            case plan.DeleteLeftovers():
                await self._delete_leftovers(subject, cluster, world)
            case plan.Announce():
                await self._announce(step, subject)
        return subject

    async def _patch_metadata(self, step: plan.PatchMetadata, subject: Extension) -> Extension:
        finalizers: list[str] | None = {
            plan.Finalizers.KEEP: list(subject.finalizers),
            plan.Finalizers.ADD_OWN: [*subject.finalizers, names.FINALIZER],
            plan.Finalizers.REMOVE_OWN: [n for n in subject.finalizers if n != names.FINALIZER],
            plan.Finalizers.REMOVE_ALL: [],
        }[step.finalizers]
        metadata: dict[str, Any] = {"resourceVersion": subject.resource_version}
        if step.finalizers is not plan.Finalizers.KEEP:
            metadata["finalizers"] = finalizers or None
        if step.remove_operation:
            metadata["annotations"] = {names.OPERATION_ANNOTATION: None}
        path = paths.extension(*subject.key)
        answer = extension.parse(await self._client.patch(path, {"metadata": metadata}))
        if answer.deleting_since is not None and not answer.finalizers:
            self._known.forget_extension(subject.key)
        else:
            self._known.put_extension(answer)
        return answer

    async def _write_status(self, step: plan.WriteStatus, subject: Extension) -> Extension:
        moment = extension.format_time(self._not_before_asked(subject))
        status: dict[str, Any] = {
            "lastOperation": {
                "type": step.type.value,
                "state": step.state.value,
                "progress": step.progress,
                "description": step.description,
                "lastUpdateTime": moment,
            }
        }
        if step.state is OperationState.SUCCEEDED:
            status["lastError"] = None
        if step.state is OperationState.ERROR:
            status["lastError"] = {
                "description": step.description[:1].upper() + step.description[1:],
                "codes": list(step.codes) or None,
                "lastUpdateTime": moment,
            }
        if step.state is not OperationState.PROCESSING:
            status["observedGeneration"] = subject.generation
        path = paths.extension(*subject.key) + "/status"
        answer = extension.parse(await self._client.patch(path, {"status": status}))
        self._known.put_extension(answer)
        return answer

    def _not_before_asked(self, subject: Extension) -> datetime:
        """Give the time, but none before the one at which gardenlet asked.

        gardenlet waits for a lastUpdateTime that is not before its own timestamp; with a clock
        behind gardenlet's a shoot would hang (section 2.4).
        """
        now = self._now()
        asked = subject.asked_at
        if asked is None or asked <= now or asked - now > timedelta(hours=1):
            return now
        return asked

    async def _delete(self, name: str, world: World) -> None:
        for seen in (world.node, world.monitoring):
            if seen is not None and seen.name == name:
                await self._writer.delete(seen)

    async def _delete_leftovers(
        self, subject: Extension, cluster: Cluster | None, world: World
    ) -> None:
        """Delete our shoot access and what a killed create left: Secrets that nothing refers to.

        If a deletion of ours got as far as removing ManagedResources, it removed these with them.
        """
        await self._writer.delete_secret(subject.namespace, names.ACCESS_SECRET)
        last = subject.last_operation
        if last is not None and last.type in {"Delete", "Migrate"} and last.progress > 1:
            return
        for desired in self._build.every(subject, cluster, world.operator_configs):
            secret = managedresource.build_secret(desired)["metadata"]["name"]
            await self._writer.delete_secret(subject.namespace, secret)

    async def _announce(self, step: plan.Announce, subject: Extension) -> None:
        now = self._now()
        event = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"generateName": f"{subject.name}.", "namespace": subject.namespace},
            "involvedObject": {
                "apiVersion": "extensions.gardener.cloud/v1alpha1",
                "kind": "Extension",
                "name": subject.name,
                "namespace": subject.namespace,
                "uid": subject.uid,
            },
            "reason": step.reason,
            "message": step.message[:1024],
            "type": "Warning",
            "source": {"component": names.EXTENSION_NAME},
            "firstTimestamp": extension.format_time(now),
            "lastTimestamp": extension.format_time(now),
            "count": 1,
        }
        try:
            await self._client.create(paths.events(subject.namespace), event)
        except kube.ApiError as error:
            # It says what the status or the log says too, and must not stop what comes after it.
            LOGGER.warning("cannot announce %s: %s", step.reason, error)


def _still(step: plan.Step, latest: Extension, decided: Extension) -> plan.Step:
    """Give the step, less the removal of an annotation that was set after the decision."""
    news = latest.operation_annotation not in {"", decided.operation_annotation}
    if isinstance(step, plan.PatchMetadata) and news:
        return replace(step, remove_operation=False)
    return step
