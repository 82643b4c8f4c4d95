# SPDX-License-Identifier: Apache-2.0
"""Asks the nodes of each shoot for their states, now and then, a few shoots at a time.

A shoot that does not answer is no sign of bad health: what it said last counts for a while, then
nothing is known. It is asked less and less often until it answers.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from .. import logs, node_report, waiting
from . import schedule

_log = logging.getLogger(__name__)

CONCURRENCY = 10
"""Shoots asked at the same time; each costs a TLS handshake and at most some seconds."""

REMEMBERED = 5
"""Periods for which the last report counts while the shoot does not answer."""

SLOWEST = 8
"""Periods between two tries, at most, while a shoot does not answer."""


@dataclass(slots=True)
class _Shoot:
    kubeconfig: str
    expected_by: float
    """When, at the latest, the first report counts as not to be had."""
    failures: int = 0
    report: node_report.NodeReport | None = None
    report_at: float = 0.0


class Reader(Protocol):
    """Reads the nodes of one shoot; `node_report.Reader` is one."""

    async def read(self, namespace: str, kubeconfig: str) -> node_report.NodeReport:
        """Read them. Raises `node_report.NoAccess`."""

    def forget(self, namespace: str) -> None:
        """Drop what is kept for a shoot."""


class Observer(Protocol):
    """Who is told what the nodes say; `controller.metrics.Metrics` is one."""

    def rolled_back(self, namespace: str, count: int | None) -> None:
        """Hear how many nodes of a shoot were given back to containerd; `None`: not known."""


class NodeLoop:
    """Reports of the nodes of the shoots that are followed.

    Set `on_change` to hear of changed states.
    """

    def __init__(
        self,
        reader: Reader,
        *,
        period: float,
        clocks: waiting.Clocks,
        observer: Observer,
    ) -> None:
        self._reader = reader
        self._period = period
        self._clocks = clocks
        self._observer = observer
        self.on_change: Callable[[str], None] = lambda _: None
        self._shoots: dict[str, _Shoot] = {}
        self._schedule = schedule.Schedule()
        self._wake = asyncio.Event()

    def follow(self, namespace: str, kubeconfig: str, *, rest: float) -> None:
        """Ask a shoot's nodes from now on, for the first time after `rest` seconds and a bit.

        `kubeconfig` names the Secret with the generic kubeconfig. Calling again changes nothing
        else.
        """
        if namespace in self._shoots:
            self._shoots[namespace].kubeconfig = kubeconfig
            return
        first = self._clocks.seconds() + rest + self._clocks.rng.uniform(0.0, self._period)
        self._shoots[namespace] = _Shoot(kubeconfig, first + REMEMBERED * self._period)
        self._schedule.plan(namespace, first)
        self._wake.set()

    def forget(self, namespace: str) -> None:
        """Ask no more; what was reported is dropped."""
        if self._shoots.pop(namespace, None) is not None:
            self._schedule.cancel(namespace)
            self._reader.forget(namespace)
            self._observer.rolled_back(namespace, None)

    def report(self, namespace: str) -> node_report.NodeReport | None:
        """Give the last report, unless it is too old."""
        shoot = self._shoots.get(namespace)
        if shoot is None or self._clocks.seconds() - shoot.report_at > REMEMBERED * self._period:
            return None
        return shoot.report

    def pending(self, namespace: str) -> bool:
        """Tell whether a first report is still to be expected."""
        shoot = self._shoots.get(namespace)
        if shoot is None or shoot.report is not None:
            return False
        return self._clocks.seconds() < shoot.expected_by

    async def run(self) -> None:
        """Work until cancelled; no error of one shoot ends it."""
        slots = asyncio.Semaphore(CONCURRENCY)
        async with asyncio.TaskGroup() as group:
            while True:
                await slots.acquire()
                namespace = await self._next()
                task = group.create_task(self._ask(namespace), name=f"nodes of {namespace}")
                task.add_done_callback(lambda _: slots.release())

    async def _next(self) -> str:
        while True:
            self._wake.clear()
            for namespace in self._schedule.take(self._clocks.seconds(), 1):
                return namespace
            due = self._schedule.next()
            await waiting.wait(self._wake, None if due is None else due - self._clocks.seconds())

    async def _ask(self, namespace: str) -> None:
        shoot = self._shoots.get(namespace)
        if shoot is None:
            return
        try:
            new = await self._reader.read(namespace, shoot.kubeconfig)
        except Exception as error:  # noqa: BLE001 - one broken shoot must not stop the others
            logs.canonical(
                _log,
                "cannot read the nodes of the shoot",
                level=logging.DEBUG,
                exc_info=None if isinstance(error, node_report.NoAccess) else error,
                namespace=namespace,
                error=str(error),
            )
            shoot.failures += 1
            changed = False
        else:
            changed = shoot.report is None or new.nodes != shoot.report.nodes
            shoot.failures, shoot.report, shoot.report_at = 0, new, self._clocks.seconds()
        if self._shoots.get(namespace) is not shoot:
            return
        pause = min(2 ** max(shoot.failures - 1, 0), SLOWEST) * self._period
        self._schedule.plan(
            namespace, self._clocks.seconds() + pause * self._clocks.rng.uniform(0.9, 1.0)
        )
        self._wake.set()
        known = self.report(namespace)
        self._observer.rolled_back(namespace, known.rolled_back if known else None)
        if changed:
            self.on_change(namespace)
