# SPDX-License-Identifier: Apache-2.0
"""One look at one Extension: read what is there, decide, carry the plan out, say how it went.

This is what the queue's workers run. One log line a look (its keys are in
docs/reference/logs.md); an error is also written to the status where people look for it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from . import cluster as clusters
from . import (
    cluster_text,
    content,
    decide,
    extension,
    kube,
    logs,
    managedresource,
    names,
    observed,
    operator_configs,
    queue,
    store,
)
from .decide import operation, plan
from .execute import Executor
from .kube import paths

LOGGER = logging.getLogger("controller.reconcile")

RUN_LIMIT = 180.0
"""Seconds after which one look is cut off (section 2.6)."""

LARGE = 32_000
"""Characters of a providerConfig above which judging it may hold up other shoots for long."""

CONFLICT_PAUSE = 0.1
"""Seconds until another try when somebody else has changed the Extension meanwhile."""

NodesLeft = Callable[[clusters.Cluster], Awaitable[tuple[str, ...]]]
"""Reads the names of the nodes that still carry our state label; empty if they are not known."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Settings that decisions depend on."""

    monitoring_enabled: bool
    cleanup_timeout: timedelta


class Reconciler:
    """Works on one Extension at a time for each worker that calls it.

    `settled` holds the keys whose next look has no event behind it. `warnings` is told a shoot's
    namespace and how many warnings there are about its providerConfig.
    """

    def __init__(  # noqa: PLR0913 - the parts of one look, put together once in `app`
        self,
        client: kube.Client,
        writer: managedresource.Writer,
        executor: Executor,
        known: store.Store,
        *,
        limits: Limits,
        configs: operator_configs.OperatorConfigs,
        nodes_left: NodesLeft,
        warnings: Callable[[str, int], None],
        now: Callable[[], datetime],
    ) -> None:
        """Keep the parts."""
        self._client = client
        self._writer = writer
        self._executor = executor
        self._known = known
        self._limits = limits
        self._configs = configs
        self._nodes_left = nodes_left
        self._warnings = warnings
        self._now = now
        self.settled: set[queue.Key] = set()

    async def __call__(self, key: queue.Key) -> queue.Result:
        """Look at one object; never raises but when cancelled."""
        began = self._now()
        trigger = observed.Trigger.SETTLED if key in self.settled else observed.Trigger.EVENT
        self.settled.discard(key)
        keys: dict[str, Any] = {"namespace": key[0], "name": key[1], "trigger": trigger.value}
        result: queue.Result
        try:
            async with asyncio.timeout(RUN_LIMIT):
                result = await self._look(key, trigger, keys)
        except kube.NotFound as error:
            result = await self._refresh(key, queue.Failed())
            if result is None:
                keys |= {"outcome": "gone", "detail": str(error)}
            else:
                keys |= {"outcome": "error", "error": str(error)}
                await self._tell(key, error)
        except kube.Conflict as error:
            keys |= {"outcome": "conflict", "detail": str(error)}
            there_already = isinstance(error, kube.AlreadyExists)
            then = queue.Failed() if there_already else queue.Again(CONFLICT_PAUSE)
            result = await self._refresh(key, then)
        except (kube.ApiError, managedresource.BeingDeleted, content.Unbuildable) as error:
            keys |= {"outcome": "error", "error": str(error)}
            await self._tell(key, error)
            result = queue.Failed(getattr(error, "retry_after", None) or 0.0)
        except TimeoutError:
            keys |= {"outcome": "error", "error": f"not done within {RUN_LIMIT:.0f} s"}
            result = queue.Failed()
        except Exception as error:
            LOGGER.exception("cannot reconcile %s/%s", *key)
            keys |= {"outcome": "error", "error": f"{type(error).__name__}: {error}"}
            result = queue.Failed()
        keys["took_ms"] = round((self._now() - began).total_seconds() * 1000, 1)
        level = logging.WARNING if keys.get("error") else logging.INFO
        logs.canonical(LOGGER, "reconciled", level=level, **keys)
        return result

    async def _look(
        self, key: queue.Key, trigger: observed.Trigger, keys: dict[str, Any]
    ) -> queue.Result:
        subject = self._known.extension(key)
        if subject is None or trigger is observed.Trigger.SETTLED:
            # No event says that it is still there, and one that went while watches were down is
            # never reported: without this look its ManagedResources would come back.
            try:
                subject = await self._read(key)
            except kube.NotFound as error:
                self._known.forget_extension(key)
                keys |= {"outcome": "gone", "detail": str(error)}
                return None
        if trigger is observed.Trigger.SETTLED and not operation.settled(subject):
            # Something was asked for while it stood in the queue: this is the look at that too.
            trigger = observed.Trigger.EVENT
            keys["trigger"] = trigger.value
        keys["operation"] = operation.compute(subject).value
        facts = await self._cluster(subject, keys)
        world = await self._world(subject, facts, trigger)
        what = await self._decide(subject, facts, world)
        self._warnings(subject.namespace, what.warnings)
        keys |= {"why": what.why, "steps": len(what.steps)}
        what = await self._carry_out(what, subject, facts, world)
        match what.after:
            case plan.Wait(reason, until):
                keys |= {"outcome": "waiting", "detail": reason}
                return queue.Again(max(0.0, (until - self._now()).total_seconds()))
            case plan.Retry(reason):
                keys |= {"outcome": "retry", "detail": reason}
                return queue.Failed()
            case plan.Done():
                keys["outcome"] = "done"
        return queue.Again(0.0) if self._asked_meanwhile(subject) else None

    def _asked_meanwhile(self, subject: extension.Extension) -> bool:
        """Tell whether an answer to a write of ours was the first to show something new to do.

        The event of that change comes later, but then it looks old: the store knows more.
        """
        latest = self._known.extension(subject.key)
        return latest is not None and (
            (latest.deleting_since is not None and subject.deleting_since is None)
            or latest.operation_annotation not in {"", subject.operation_annotation}
        )

    async def _carry_out(
        self,
        what: plan.Plan,
        subject: extension.Extension,
        facts: clusters.Cluster | None,
        world: observed.World,
    ) -> plan.Plan:
        """Carry a plan out; give it, or the one in its place.

        A clean-up that cannot be built (no image fits any more) must not hold a deletion for
        ever: when the time for a clean-up is over, the deletion goes on without one.
        """
        try:
            await self._executor.run(what, subject, facts, world)
        except content.Unbuildable as error:
            since = subject.deleting_since
            if since is None or self._now() < since + world.cleanup_timeout:
                raise
            latest = self._known.extension(subject.key) or subject
            world = replace(world, cleanup_impossible=str(error))
            what = await self._decide(latest, facts, world)
            await self._executor.run(what, latest, facts, world)
        return what

    async def _decide(
        self,
        subject: extension.Extension,
        facts: clusters.Cluster | None,
        world: observed.World,
    ) -> plan.Plan:
        """Decide, in a thread if the providerConfig is so large that judging it takes long."""
        if len(repr(subject.provider_config)) <= LARGE:
            return decide.decide(subject, facts, self._now(), world)
        return await asyncio.to_thread(decide.decide, subject, facts, self._now(), world)

    async def _cluster(
        self, subject: extension.Extension, keys: dict[str, Any]
    ) -> clusters.Cluster | None:
        """Read the Cluster anew: gardenlet writes it just before it asks for anything.

        While a removal is under way nothing new is asked for, and the watch tells of changes.
        """
        if not subject.ours:
            return None
        known = self._known.cluster(subject.namespace)
        if known is not None and _under_way(subject):
            return known
        try:
            path = paths.cluster(subject.namespace)
            read = await self._client.get(path, decode=cluster_text.decode)
            facts = clusters.parse(read)
        except kube.NotFound:
            return None
        except clusters.IncompleteCluster as error:
            keys["cluster"] = str(error)
            return None
        self._known.put_cluster(facts)
        return facts

    async def _world(
        self,
        subject: extension.Extension,
        facts: clusters.Cluster | None,
        trigger: observed.Trigger,
    ) -> observed.World:
        world = observed.World(
            node=self._known.managed(subject.namespace, names.NODE_MANAGED_RESOURCE),
            monitoring=self._known.managed(subject.namespace, names.MONITORING_MANAGED_RESOURCE),
            operator_configs=self._configs.texts(),
            operator_configs_checksum=self._configs.checksum,
            monitoring_enabled=self._limits.monitoring_enabled,
            cleanup_timeout=self._limits.cleanup_timeout,
            trigger=trigger,
        )
        if operation.compute(subject) not in {
            extension.OperationType.DELETE,
            extension.OperationType.MIGRATE,
        }:
            return world
        world = replace(
            world,
            node=await self._current(subject.namespace, names.NODE_MANAGED_RESOURCE),
            monitoring=await self._current(subject.namespace, names.MONITORING_MANAGED_RESOURCE),
        )
        since = world.node.cleanup_since if world.node else None
        if facts and since and self._now() >= since + world.cleanup_timeout:
            world = replace(world, nodes_left=await self._nodes_left(facts))
        return world

    async def _current(self, namespace: str, name: str) -> observed.ManagedResource | None:
        """Give a ManagedResource as it is now.

        What the Go extension made has another label: no watch of ours tells what becomes of it.
        """
        known = self._known.managed(namespace, name)
        if known is not None and known.labels.get("origin") == names.ORIGIN:
            return known
        if self._known.seen_gone((namespace, name)):
            return None
        found = await self._writer.find(namespace, name)
        if found is None:
            self._known.forget_managed((namespace, name))
        return found

    async def _read(self, key: queue.Key) -> extension.Extension:
        subject = extension.parse(await self._client.get(paths.extension(*key)))
        self._known.put_extension(subject)
        return subject

    async def _refresh(self, key: queue.Key, then: queue.Result) -> queue.Result:
        """Read the object and give `then`; forget it if it has gone.

        What is missing or in the way (an object that exists already) may stay so: that backs off.
        Somebody who was quicker is no failure, however often it happens.
        """
        try:
            await self._read(key)
        except kube.NotFound:
            self._known.forget_extension(key)
            return None
        except kube.ApiError:
            return queue.Failed()
        return then

    async def _tell(self, key: queue.Key, error: Exception) -> None:
        """Write the error to the status, if the API server takes it; the queue tries again."""
        subject = self._known.extension(key)
        if subject is None or isinstance(error, kube.Unavailable) or not subject.ours:
            return
        meant = operation.compute(subject).value
        try:
            await self._executor.write_error(subject, meant, str(error))
        except kube.ApiError as another:
            LOGGER.debug("cannot write the error of %s/%s: %s", *key, another)


def _under_way(subject: extension.Extension) -> bool:
    """Tell whether this is a further look at a deletion that has begun."""
    last = subject.last_operation
    return (
        subject.deleting_since is not None
        and last is not None
        and (last.type, last.state)
        == (extension.OperationType.DELETE.value, extension.OperationState.PROCESSING.value)
    )
