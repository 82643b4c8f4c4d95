# SPDX-License-Identifier: Apache-2.0
"""The running controller: its parts, what runs on every replica, what the leader runs.

Every replica serves probes and metrics. The leader follows, decides, writes, judges health
and renews the heartbeat. Losing leadership ends the process.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from . import (
    cluster,
    cluster_reader,
    content,
    execute,
    follow,
    handlers,
    heartbeat,
    kube,
    leader,
    leases,
    logs,
    managedresource,
    metrics,
    names,
    node_report,
    operator_configs,
    probes,
    queue,
    reconcile,
    settings,
    settle,
    store,
    waiting,
)
from .health import loop, node_loop

LOGGER = logging.getLogger("controller.app")

NODES_LEFT_LIMIT = 5.0
"""Seconds for asking which nodes are left when a clean-up has taken too long."""

SHOOT_TIMEOUT = 10.0
"""Seconds for a request to a shoot's API server, which may be away for long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command line says; names, units and defaults are in `cli/run.py`."""

    connection: kube.Connection
    settings: settings.Settings
    builder: content.Builder
    identity: str
    version: str
    lease_namespace: str
    lease_name: str
    timing: leader.Timing
    leader_election: bool
    configs_namespace: str
    heartbeat_namespace: str
    heartbeat_interval: int
    workers: int
    ignore_operation_annotation: bool
    metrics_address: probes.Address | None
    health_address: probes.Address | None


class WatchEnded(Exception):
    """kopf gave up watching Extensions; the process has to start anew."""


class App:
    """One replica; `run` is its life.

    `client` serves everything but the Lease of the leader election, which must not wait behind
    other requests and has `lease_client`.
    """

    def __init__(
        self,
        options: Options,
        clocks: waiting.Clocks,
        client: kube.Client,
        lease_client: kube.Client,
        counts: metrics.Metrics,
    ) -> None:
        """Put the parts together; nothing runs yet."""
        self._options = options
        self._clocks = clocks
        self._client = client
        self._lease_client = lease_client
        self._metrics = counts
        self._known = store.Store()
        self._configs = operator_configs.OperatorConfigs()
        self._leading = False
        self._kopf_ready = asyncio.Event()
        self._watchdog = probes.Watchdog(clocks.seconds)
        self._node_reader = node_report.Reader(
            client, make_client=self._shoot_client, clocks=clocks
        )
        self._nodes = node_loop.NodeLoop(
            self._node_reader,
            period=options.settings.node_report.period,
            clocks=clocks,
            observer=counts,
        )
        self._health = loop.HealthLoop(
            client,
            self._known,
            self._nodes,
            options.settings,
            synced=self._synced,
            clocks=clocks,
            observer=counts,
        )
        self._nodes.on_change = self._health.notify
        self._reconciler = self._make_reconciler()
        self._queue = queue.Queue(
            self._reconcile,
            workers=options.workers,
            clock=clocks.seconds,
            later=asyncio.get_running_loop().call_later,
            observer=counts,
            rng=clocks.rng,
        )
        self._reader = queue.Queue(
            cluster_reader.ClusterReader(client, self._known, self._health.notify),
            workers=cluster_reader.WORKERS,
            clock=clocks.seconds,
            later=asyncio.get_running_loop().call_later,
            rng=clocks.rng,
        )
        self._settler = settle.Settler(
            self._known,
            self._configs,
            resync_period=options.settings.resync_period,
            per_second=options.settings.operator_configs.reconciles_per_second,
            clocks=clocks,
            ready=self._synced,
            hand_on=self._look_without_event,
        )
        self._followers = follow.Followers(
            self._known,
            self._queue,
            health=self._health.notify,
            read_cluster=lambda namespace: self._reader.add((namespace, "")),
            configs=self._configs,
            configs_offered=self._configs_offered,
            look=self._look_without_event,
            ignore_operation_annotation=options.ignore_operation_annotation,
        )

    async def run(self, stop: asyncio.Event, take_signals: Callable[[], None]) -> None:
        """Live until `stop` is set or leadership is lost.

        `take_signals` takes the signals back from kopf, which claims them when it starts.
        Raises `problem.ConfigProblems` for wrong operator configs, and an exception group with
        `leader.LeadershipLost` or with what ended a loop.
        """
        options = self._options
        self._metrics.workers(options.workers)
        async with AsyncExitStack() as stack:
            await self._serve(stack)
            await _until(stop, self._begin(), lambda: False)
            if stop.is_set():
                return
            life = self._lead(stop, take_signals)
            if options.leader_election:
                candidate = leader.Leader(
                    leases.ApiLease(
                        self._lease_client, options.lease_namespace, options.lease_name
                    ),
                    options.identity,
                    timing=options.timing,
                    clocks=self._clocks,
                    on_change=self._metrics.leading,
                )
                await _until(stop, candidate.lead(lambda: life), lambda: self._leading)
                life.close()
            else:
                await _until(stop, life, lambda: self._leading)

    async def _begin(self) -> None:
        """Refuse wrong operator configs now, while a person is looking."""
        self._configs.accept(await self._read_configs())
        self._metrics.operator_configs(valid=True)

    async def _read_configs(self) -> Mapping[str, Any]:
        namespace = self._options.configs_namespace
        return await operator_configs.read_patiently(self._client, namespace, self._clocks.rng)

    async def _lead(self, stop: asyncio.Event, take_signals: Callable[[], None]) -> None:
        """Do the leader's work until `stop` is set; the first loop that fails ends all."""
        # They may have changed in all the time that another replica was leading.
        self._configs_offered(self._configs.offer(await self._read_configs()))
        self._leading = True
        options = self._options
        heart = heartbeat.Heartbeat(
            leases.ApiLease(self._client, options.heartbeat_namespace, names.HEARTBEAT_LEASE),
            names.EXTENSION_NAME,
            interval=options.heartbeat_interval,
            now=self._clocks.now,
        )
        loops: dict[str, Coroutine[Any, Any, None]] = {
            "extensions": self._watch_extensions(stop, take_signals),
            "sweep": self._followers.sweep(self._client),
            "managedresources": self._followers.managed_resources(self._client),
            "clusters": self._followers.clusters(self._client),
            "operator configs": self._followers.operator_configs(
                self._client, options.configs_namespace
            ),
            "queue": self._queue.run(),
            "cluster reader": self._reader.run(),
            "health": self._health.run(),
            "nodes": self._nodes.run(),
            "settler": self._settler.run(),
            "heartbeat": heart.run(),
        }
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(work, name=name) for name, work in loops.items()]
            try:
                await stop.wait()
            finally:
                # Requests that are cut off by the end are errors to kopf, to be tried again.
                logs.hush("kopf")
            LOGGER.info("stopping")
            for task in tasks:
                task.cancel()

    async def _watch_extensions(
        self, stop: asyncio.Event, take_signals: Callable[[], None]
    ) -> None:
        await handlers.watch(
            self._options.connection,
            self._followers.extension,
            ready=self._kopf_ready,
            stop=stop,
            take_signals=take_signals,
        )
        if not stop.is_set():
            message = "cannot go on watching Extensions: kopf ended"
            raise WatchEnded(message)

    async def _reconcile(self, key: queue.Key) -> queue.Result:
        with self._watchdog.limit("reconcile", reconcile.RUN_LIMIT + 60.0):
            result = await self._reconciler(key)
        self._health.notify(key[0])
        return result

    def _look_without_event(self, key: queue.Key) -> None:
        self._reconciler.settled.add(key)
        self._queue.add(key)

    def _configs_offered(self, changed: bool) -> None:  # noqa: FBT001 - a callback
        self._metrics.operator_configs(valid=self._configs.valid)
        if changed:
            self._settler.configs_changed()

    def _synced(self) -> bool:
        return (
            self._kopf_ready.is_set() and {"managedresources", "clusters"} <= self._followers.synced
        )

    def _not_ready(self) -> str | None:
        if not self._leading or self._synced():
            return None
        return "not everything has been listed yet"

    async def _serve(self, stack: AsyncExitStack) -> None:
        """Serve probes and metrics for as long as the stack lives."""
        options = self._options
        if options.metrics_address is not None:
            pages = probes.metrics_app(self._metrics.expose)
            await stack.enter_async_context(probes.serve(pages, options.metrics_address))
        if options.health_address is not None:
            pages = probes.health_app(
                healthz={"progress": self._watchdog},
                readyz={
                    "apiserver": probes.Reachable(self._client.ready, self._clocks.seconds),
                    "lists": probes.callback(self._not_ready),
                },
            )
            await stack.enter_async_context(probes.serve(pages, options.health_address))

    def _make_reconciler(self) -> reconcile.Reconciler:
        writer = managedresource.Writer(self._client, self._known.put_managed)
        options = self._options
        return reconcile.Reconciler(
            self._client,
            writer,
            execute.Executor(self._client, writer, options.builder, self._known, self._clocks.now),
            self._known,
            limits=reconcile.Limits(
                monitoring_enabled=options.settings.monitoring.enabled,
                cleanup_timeout=timedelta(seconds=options.settings.cleanup.timeout),
            ),
            configs=self._configs,
            nodes_left=self._nodes_left,
            warnings=self._metrics.warnings,
            now=self._clocks.now,
        )

    def _shoot_client(self, connection: kube.Connection) -> kube.Client:
        return kube.Client(
            connection, clock=self._clocks.seconds, timeout=SHOOT_TIMEOUT, max_connections=1
        )

    async def _nodes_left(self, facts: cluster.Cluster) -> tuple[str, ...]:
        """Name the nodes that still carry our state label; none if the shoot does not answer."""
        try:
            async with asyncio.timeout(NODES_LEFT_LIMIT):
                report = await self._node_reader.read(facts.name, facts.generic_kubeconfig)
        except (node_report.NoAccess, TimeoutError) as error:
            LOGGER.info("cannot tell the nodes left of %s: %s", facts.name, error)
            return ()
        return tuple(node.name for node in report.nodes)


async def _until(
    stop: asyncio.Event, work: Coroutine[Any, Any, None], begun: Callable[[], bool]
) -> None:
    """Do `work`; when `stop` is set before it has begun, call it off. Raises what it raises."""
    task = asyncio.Task(work, name="lead")
    stopped = asyncio.Task(stop.wait(), name="stop")
    try:
        await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if not begun():
            task.cancel()
        await asyncio.wait({task})
    finally:
        stopped.cancel()
        task.cancel()
    if not task.cancelled():
        task.result()
