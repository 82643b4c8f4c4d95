# SPDX-License-Identifier: Apache-2.0
"""The health loop: looks at each shoot in time and after news, writes conditions that changed.

It looks at what the store knows and reads nothing; so a shoot where nothing happens costs some
microseconds a period and no request. Judging is `evaluate`'s, asking nodes `node_loop`'s, the
patch `status`'s.
"""

import asyncio
import logging
import math
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from .. import cluster, extension, kube, logs, names, node_report, settings, store, waiting
from ..kube import paths
from . import evaluate, schedule, status

_log = logging.getLogger(__name__)

COALESCE = 0.5
"""Seconds between news and the look at it: what arrives together is judged together."""

RETRY = 5.0
"""Seconds until a request that the server did not take is tried again."""

CONCURRENCY = 10
"""Requests at the same time."""

_BATCH = 50
"""Shoots judged before others may use the event loop."""


class Seed(Protocol):
    """The requests that are made; `kube.Client` can do them."""

    async def patch(self, path: str, patch: dict[str, Any]) -> dict[str, Any]:
        """Apply a merge patch, give the object. Raises `kube.ApiError`."""


class Nodes(Protocol):
    """What is known of the shoots' nodes; `node_loop.NodeLoop` is one."""

    def follow(self, namespace: str, kubeconfig: str, *, rest: float) -> None:
        """Ask this shoot's nodes from now on, for the first time after `rest` seconds."""

    def forget(self, namespace: str) -> None:
        """Ask no more."""

    def report(self, namespace: str) -> node_report.NodeReport | None:
        """Give the last report, unless it is too old."""

    def pending(self, namespace: str) -> bool:
        """Tell whether a first report is still to be expected."""


class Observer(Protocol):
    """Who is told how the shoots are; `controller.metrics.Metrics` is one."""

    def health(self, namespace: str, statuses: Mapping[str, str]) -> None:
        """Hear the status of each condition type of a shoot; at every look."""

    def gone(self, namespace: str) -> None:
        """Hear that a shoot is watched no more."""


class HealthLoop:
    """Keeps the conditions of all Extension objects true; run it on the leader only.

    Shoots are named by their namespace in the seed. `synced` tells whether the store has been
    filled.
    """

    def __init__(
        self,
        client: Seed,
        known: store.Store,
        nodes: Nodes,
        config: settings.Settings,
        *,
        synced: Callable[[], bool],
        clocks: waiting.Clocks,
        observer: Observer,
    ) -> None:
        self._client = client
        self._known = known
        self._nodes = nodes
        self._config = config
        self._synced = synced
        self._clocks = clocks
        self._observer = observer
        self._schedule = schedule.Schedule()
        self._wake = asyncio.Event()
        self._slots = asyncio.Semaphore(CONCURRENCY)
        self._busy: dict[str, bool] = {}
        """Shoots with a request under way, and whether news came meanwhile."""

    def notify(self, namespace: str) -> None:
        """Look at a shoot soon: its Extension, Cluster, ManagedResources or nodes have changed."""
        self._schedule.hasten(namespace, self._clocks.seconds() + COALESCE)
        self._wake.set()

    async def run(self) -> None:
        """Work until cancelled; no error of one shoot ends it."""
        async with asyncio.TaskGroup() as group:
            while True:
                await self._until_due()
                for namespace in self._schedule.take(self._clocks.seconds(), _BATCH):
                    self._look_safely(namespace, group)
                await asyncio.sleep(0)

    async def _until_due(self) -> None:
        while True:
            self._wake.clear()
            due = self._schedule.next()
            rest = None if due is None else due - self._clocks.seconds()
            if rest is not None and rest <= 0:
                return
            await waiting.wait(self._wake, rest)

    def _look_safely(self, namespace: str, group: asyncio.TaskGroup) -> None:
        try:
            self._look(namespace, group)
        except Exception as error:  # noqa: BLE001 - one broken object must not stop the others
            self._complain("cannot judge health", namespace, error)
            self._later(namespace)

    def _look(self, namespace: str, group: asyncio.TaskGroup) -> None:
        if not self._synced():
            self._schedule.plan(namespace, self._clocks.seconds() + RETRY)
            return
        if namespace in self._busy:
            self._busy[namespace] = True
            return
        ext = next((one for one in self._known.extensions_in(namespace) if one.ours), None)
        if ext is None or not evaluate.watched(ext):
            self._forget(namespace)
            return
        shoot = self._known.cluster(namespace)
        if shoot is not None:
            self._choose_nodes(ext, shoot)
        facts = evaluate.Facts(
            extension=ext,
            cluster=shoot,
            node=self._known.managed(namespace, names.NODE_MANAGED_RESOURCE),
            monitoring=self._known.managed(namespace, names.MONITORING_MANAGED_RESOURCE),
            report=self._nodes.report(namespace),
            report_pending=self._nodes.pending(namespace),
        )
        result = evaluate.evaluate(facts, self._config, self._clocks.now())
        if result.conditions is not None:
            self._busy[namespace] = False
            work = self._request(ext, result.conditions)
            group.create_task(work, name=f"health of {namespace}")
            return
        self._observer.health(namespace, status.statuses(ext.conditions))
        if result.again:
            self._later(namespace)

    def _choose_nodes(self, ext: extension.Extension, shoot: cluster.Cluster) -> None:
        if evaluate.wants_nodes(ext, shoot, self._config):
            last = ext.last_operation
            since = last.last_update_time if last else None
            age = (self._clocks.now() - since).total_seconds() if since else math.inf
            rest = max(0.0, self._config.node_report.period - age)
            self._nodes.follow(ext.namespace, shoot.generic_kubeconfig, rest=rest)
        elif ext.succeeded():
            # While an operation runs, what the nodes said before still counts.
            self._nodes.forget(ext.namespace)

    async def _request(self, ext: extension.Extension, new: status.Items) -> None:
        """Write conditions, and look again afterwards: at once if it went well."""
        namespace, pause = ext.namespace, 0.0
        try:
            async with self._slots:
                await self._write(ext, new)
        except kube.NotFound:
            # It went while watches were down, which is never reported.
            self._known.forget_extension(ext.key)
        except Exception as error:  # noqa: BLE001 - one broken object must not stop the others
            self._complain("cannot write health", namespace, error)
            pause = RETRY
        news = self._busy.pop(namespace)
        self._schedule.hasten(namespace, self._clocks.seconds() + (COALESCE if news else pause))
        self._wake.set()

    async def _write(self, ext: extension.Extension, new: status.Items) -> None:
        path = f"{paths.extension(ext.namespace, ext.name)}/status"
        answer = await self._client.patch(path, status.patch(ext, new))
        self._known.put_extension(extension.parse(answer))
        logs.canonical(
            _log, "health changed", namespace=ext.namespace, conditions=status.texts(new)
        )

    def _later(self, namespace: str) -> None:
        """Plan the next look; on whole seconds, so that one wake-up serves several shoots."""
        period = self._config.health_check.sync_period * self._clocks.rng.uniform(0.9, 1.0)
        self._schedule.hasten(namespace, float(math.ceil(self._clocks.seconds() + period)))

    def _forget(self, namespace: str) -> None:
        self._schedule.cancel(namespace)
        self._nodes.forget(namespace)
        self._observer.gone(namespace)

    def _complain(self, what: str, namespace: str, error: Exception) -> None:
        known = isinstance(error, kube.ApiError)
        logs.canonical(
            _log,
            what,
            level=logging.WARNING if known else logging.ERROR,
            exc_info=None if known else error,
            namespace=namespace,
            error=str(error),
        )
