# SPDX-License-Identifier: Apache-2.0
"""The agent from its start to its end: who is made of whom, and what runs side by side."""

import asyncio
import datetime as dt
import logging
import random
import time
import uuid
from collections.abc import Callable, Mapping

from . import announcer, bell, following, push, reporter
from .core import book, figures, layers
from .flags import Options
from .grpc import client as daemon
from .grpc import server
from .kube import access, client
from .net import pages
from .services import node, report

_LOG = logging.getLogger("agent")


def today() -> str:
    """Give the time as Kubernetes writes it."""
    now = dt.datetime.now(dt.UTC)  # noqa: TID251 - the edge, where clocks come from
    return now.strftime("%Y-%m-%dT%H:%M:%SZ")


class App:
    """One agent; `run` is its whole life."""

    def __init__(
        self,
        options: Options,
        way: access.Access,
        *,
        version: str,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Make all parts; needs a running loop. Raises `access.NoAccess`."""
        clock = asyncio.get_running_loop().time
        self._options = options
        self.bell = bell.Bell()
        self.book = book.Book(layers.Names(options.base, options.node), options.label)
        self.api = client.Client(way, time.monotonic, agent=f"cri-resmgr-agent/{version}")
        self.daemon = daemon.Peer(options.daemon_socket, chance, self._came, self._went)
        self.announcer = announcer.Announcer(
            self.book,
            self.api,
            self.bell,
            clock=clock,
            chance=chance,
            today=today,
            unique=lambda: uuid.uuid4().hex[:16],
        )
        self.pusher = push.Pusher(
            self.book,
            self.daemon,
            self.bell,
            self.announcer.announce,
            clock=clock,
            chance=chance,
        )
        self.reporter = reporter.Reporter(
            self.book, self.api, self.bell, clock=clock, chance=chance, today=today
        )
        self.follower = following.Follower(
            self.book, self.api, self.bell, clock=clock, chance=chance
        )
        self.page = pages.Page("/metrics", figures.CONTENT_TYPE, self._figures)
        self._clock = clock
        self._version = version

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop` is set. Raises `sockets.CannotListen`."""
        options = self._options
        follower = self.follower
        try:
            async with asyncio.TaskGroup() as tasks:
                services = {
                    **node.NodeService(
                        self.api,
                        options.node,
                        label=options.label,
                        health=lambda: self.book.health,
                    ).handlers(),
                    **report.ReportService(self.announcer.announce, self._told).handlers(),
                }
                served = server.Server(options.agent_socket, services, tasks)
                await served.start()
                if options.metrics is not None:
                    await self.page.serve(*options.metrics)
                lives = {
                    "daemon": self.daemon.run(),
                    "configurations": self.pusher.configurations(),
                    "adjustments": self.pusher.adjustments(),
                    "node": follower.node(options.node),
                    "config maps": follower.config_maps(options.namespace, tasks),
                    "list of adjustments": follower.adjustments(options.namespace),
                    "state": self.reporter.node(),
                    "states of adjustments": self.reporter.adjustments(options.namespace),
                    "events": self.announcer.run(),
                }
                for name, life in lives.items():
                    tasks.create_task(life, name=name)
                _LOG.info("the agent of node %s serves %s", options.node, options.agent_socket)
                try:
                    await _end(stop)
                finally:
                    served.stop()
                    self.page.stop()
                    self.api.close()
        except* _Stopped:
            pass
        _LOG.info("the agent ends")

    def _figures(self) -> str:
        counted = figures.Counted(
            configurations=_single(self.pusher.configured),
            adjustments=_single(self.pusher.adjusted),
            requests=self.api.answers,
            watches=self.follower.ended,
            events=_single(self.announcer.results),
        )
        return figures.page(self.book, counted, self._version)

    def _came(self) -> None:
        self.book.daemon_came(self._clock())
        self.bell.ring()

    def _went(self) -> None:
        self.book.daemon_went()
        self.bell.ring()

    def _told(self, told: book.Daemon) -> None:
        self.book.daemon_told(told)
        self.bell.ring()


def _single(counts: Mapping[str, int]) -> figures.Counts:
    return {(value,): number for value, number in counts.items()}


class _Stopped(Exception):
    """The agent is to end: everything that runs is cancelled."""


async def _end(stop: asyncio.Event) -> None:
    await stop.wait()
    raise _Stopped
