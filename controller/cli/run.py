# SPDX-License-Identifier: Apache-2.0
"""`run`: the controller on a seed; flags as Gardener people know them from controller-runtime."""

import asyncio
import importlib.metadata
import logging
import os
import random
import signal
import socket
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from resmgr.config import problem

from .. import (
    app,
    content,
    durations,
    garbage,
    imagevector,
    kube,
    leader,
    logs,
    metrics,
    names,
    probes,
    settings,
    waiting,
)
from ..kube import connection
from . import program, render

LOGGER = logging.getLogger("controller.run")


class _Duration(click.ParamType[float]):
    """A duration in Go's form, such as 15s; the value is in seconds."""

    name = "duration"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        if isinstance(value, float):
            return value
        try:
            return durations.parse(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class _Address(click.ParamType[probes.Address | None]):
    """An address to listen on: `:8080`, `host:port`, `0` for none."""

    name = "address"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> probes.Address | None:
        if value is None or isinstance(value, probes.Address):
            return value
        try:
            return probes.parse_address(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.command(
    name="run",
    context_settings=dict(program.SETTINGS),
    epilog="""\b
Examples:
  gardener-extension-cri-resmgr run --kubeconfig seed.kubeconfig --leader-election=false
  gardener-extension-cri-resmgr run --config config.yaml --max-concurrent-reconciles=20

\b
Exit status: 0 told to stop, 1 wrong configuration or lost leadership, 2 wrong usage,
3 the API server or an address to listen on cannot be had.""",
)
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Component configuration file; see docs/reference/component-configuration.md.",
)
@click.option(
    "--kubeconfig",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Of the seed; without it the pod's own credentials.",
)
@click.option("--gardener-version", default="", help="Version of the gardenlet; logged only.")
@click.option(
    "--max-concurrent-reconciles",
    type=click.IntRange(1, 1000),
    default=20,
    show_default=True,
    help="Extensions worked on at once.",
)
@click.option(
    "--ignore-operation-annotation",
    type=bool,
    default=False,
    show_default=True,
    help="Reconcile at every change, for development; production leaves the time to Gardener.",
)
@click.option(
    "--leader-election",
    type=bool,
    default=True,
    show_default=True,
    help="Work only while holding the Lease.",
)
@click.option("--leader-election-id", default=names.LEADER_ELECTION_LEASE, show_default=True)
@click.option(
    "--leader-election-namespace",
    envvar="LEADER_ELECTION_NAMESPACE",
    help="[env: LEADER_ELECTION_NAMESPACE; default: the kubeconfig's or pod's namespace]",
)
@click.option(
    "--leader-election-resource-lock",
    type=click.Choice(["leases"]),
    default="leases",
    show_default=True,
)
@click.option(
    "--leader-election-lease-duration", type=_Duration(), default="15s", show_default=True
)
@click.option(
    "--leader-election-renew-deadline", type=_Duration(), default="10s", show_default=True
)
@click.option("--leader-election-retry-period", type=_Duration(), default="2s", show_default=True)
@click.option(
    "--metrics-bind-address", type=_Address(), default=":8080", show_default=True, help="0: none."
)
@click.option(
    "--health-bind-address", type=_Address(), default=":8081", show_default=True, help="0: none."
)
@click.option(
    "--webhook-config-server-port",
    type=click.IntRange(0, 65535),
    default=10250,
    show_default=True,
    help="Accepted for Gardener's charts; this controller serves no webhook.",
)
@click.option("--heartbeat-namespace", help="[default: the leader election's namespace]")
@click.option(
    "--heartbeat-renew-interval-seconds",
    type=click.IntRange(1, 3600),
    default=30,
    show_default=True,
)
@click.option(
    "--operator-configs-namespace",
    envvar="EXTENSION_CONFIGMAP_NAMESPACE",
    help="[env: EXTENSION_CONFIGMAP_NAMESPACE; default: the leader election's namespace]",
)
@click.option(
    "--log-level", type=click.Choice(list(logs.LEVELS)), default="info", show_default=True
)
@click.option(
    "--log-format",
    type=click.Choice(["auto", "json", "text"]),
    default="auto",
    show_default=True,
    help="auto: text on a terminal, JSON otherwise.",
)
def command(**flags: object) -> None:
    """Run the controller until it is told to stop."""
    logs.setup(sys.stderr, level=str(flags["log_level"]), form=str(flags["log_format"]))
    kubeconfig = flags["kubeconfig"]
    try:
        link = connection.load(kubeconfig if isinstance(kubeconfig, Path) else None, os.environ)
        config = _settings(flags["config"])
        raise SystemExit(asyncio.run(_run(_options(flags, link, config))))
    except connection.ConnectionProblem as error:
        LOGGER.error("%s", error)  # noqa: TRY400 - the traceback would tell nothing
        raise SystemExit(program.UNREACHABLE) from error
    except imagevector.ImageVectorError as error:
        for each in error.problems:
            LOGGER.error(  # noqa: TRY400 - as above
                "cannot use image vector %s: %s; hint: chart value imageVectorOverwrite",
                error.source,
                each,
            )
        raise SystemExit(program.PROBLEM) from error
    except problem.ConfigProblems as problems:
        for each in problems.problems:
            LOGGER.error("cannot use the configuration: %s", each)  # noqa: TRY400 - as above
        raise SystemExit(program.PROBLEM) from problems


def _settings(file: object) -> settings.Settings:
    if not isinstance(file, Path):
        return settings.Settings()
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise problem.ConfigProblems([problem.Problem(str(file), str(error))]) from error
    return settings.parse(text)


def _builder() -> content.Builder:
    vector = render.image_vector()
    for warning in vector.warnings:
        LOGGER.warning("image vector: %s", warning)
    return render.builder_of(vector)


def _options(
    flags: dict[str, object], link: kube.Connection, config: settings.Settings
) -> app.Options:
    own = str(flags["leader_election_namespace"] or link.namespace)
    metrics_address, health_address = flags["metrics_bind_address"], flags["health_bind_address"]
    return app.Options(
        connection=link,
        settings=config,
        builder=_builder(),
        identity=f"{socket.gethostname()}_{uuid.uuid4()}",
        version=importlib.metadata.version("gardener-extension-cri-resmgr"),
        lease_namespace=own,
        lease_name=str(flags["leader_election_id"]),
        timing=_timing(flags),
        leader_election=bool(flags["leader_election"]),
        configs_namespace=str(flags["operator_configs_namespace"] or own),
        heartbeat_namespace=str(flags["heartbeat_namespace"] or own),
        heartbeat_interval=int(str(flags["heartbeat_renew_interval_seconds"])),
        workers=int(str(flags["max_concurrent_reconciles"])),
        ignore_operation_annotation=bool(flags["ignore_operation_annotation"]),
        metrics_address=metrics_address if isinstance(metrics_address, probes.Address) else None,
        health_address=health_address if isinstance(health_address, probes.Address) else None,
    )


def _timing(flags: dict[str, object]) -> leader.Timing:
    seconds = [
        float(str(flags[f"leader_election_{name}"]))
        for name in ("lease_duration", "renew_deadline", "retry_period")
    ]
    try:
        return leader.Timing(*seconds)
    except ValueError as error:
        raise click.UsageError(str(error)) from error


async def _run(options: app.Options) -> int:
    """Run one replica; give the exit status."""
    running = asyncio.get_running_loop()
    running.set_exception_handler(complain)
    clocks = waiting.Clocks(
        seconds=running.time,
        now=lambda: datetime.now(UTC),  # noqa: TID251 - the place where clocks come from
        rng=random.Random(),  # noqa: S311 - it spreads load, it keeps no secret
    )
    stop = asyncio.Event()

    def take_signals() -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            running.add_signal_handler(number, stop.set)

    take_signals()
    counts = metrics.Metrics(version=options.version, leader_lease=options.lease_name)
    LOGGER.info("starting version %s as %s", options.version, options.identity)
    garbage.settle()
    async with (
        kube.Client(
            options.connection,
            clock=running.time,
            max_connections=options.settings.client_connection.max_connections,
            on_request=counts.request,
        ) as client,
        kube.Client(
            options.connection,
            clock=running.time,
            timeout=options.timing.renew,
            max_connections=2,
            on_request=counts.request,
        ) as lease_client,
    ):
        status = 0
        try:
            await app.App(options, clocks, client, lease_client, counts).run(stop, take_signals)
        except* (leader.LeadershipLost, app.WatchEnded) as lost:
            LOGGER.error("%s", _first(lost))  # noqa: TRY400 - a traceback would tell nothing
            status = program.PROBLEM
        except* (kube.ApiError, OSError) as errors:
            cause = _first(errors)
            LOGGER.error("%s", _with_hint(cause))  # noqa: TRY400 - as above
            status = program.UNREACHABLE
        return status


def complain(running: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what went wrong in the event loop, but for generators that are closed at the very end.

    kopf leaves nested ones open when it is stopped between two events. All are closed at once
    then, and the outer one finds that the inner one is being closed.
    """
    if "asyncgen" not in context:
        running.default_exception_handler(context)


def _first(error: BaseException) -> BaseException:
    """The first single error in groups of groups."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _with_hint(error: BaseException) -> str:
    """An error of the API server or of a socket of ours, and what helps against it."""
    if isinstance(error, kube.Forbidden):
        return f"{error}; hint: give the identity the rights of the chart's ServiceAccount"
    if isinstance(error, kube.ApiError):
        return f"{error}; hint: check the server in the kubeconfig, and the way to it"
    return (
        f"cannot listen: {getattr(error, 'strerror', None) or error}; "
        "hint: give another --metrics-bind-address or --health-bind-address"
    )
