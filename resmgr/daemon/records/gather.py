# SPDX-License-Identifier: Apache-2.0
"""The page of metrics: our own counters, the policy's metrics, and what collectors read.

Collectors read many files, so they run in a thread, and write their part of the page there. After
each container they pause, which hands the interpreter to the event loop: it never has to wait for
more than one container. Whoever asks while they run gets what they are about to give. A collector
that fails leaves its metrics out.
"""

import asyncio
import logging
import os
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...collect import reader
from ...collect.reader import Failure, Part
from ...engine.engine import Engine
from ...policy.interface import Measured, Policy
from ...samples import Samples
from ..command.flags import Options
from . import metrics, numbers

_LOG = logging.getLogger("collectors")

POLICY = "policyMetrics"
"""The name of the collector that asks the policy."""

CGROUPS = "cgroupstats"
"""The name of the collector of containers' cgroups, for failures that are of no one metric."""


_PAUSE = 0.0005
"""Seconds; 500 containers take a quarter of a second longer for it."""


@dataclass(frozen=True, slots=True)
class _Read:
    """What collectors gave."""

    text: bytes = b""
    failures: tuple[Failure, ...] = ()


class Gatherer:
    """Makes the page; failures are counted each time, and logged once until they are over."""

    def __init__(
        self,
        families: Sequence[metrics.Family],
        failures: metrics.Counter,
        read: Callable[[], Iterable[Part]],
        policy: Callable[[], Sequence[Samples]],
        pause: Callable[[], None],
    ) -> None:
        """Take what is known without waiting, what reads files, and what asks the policy.

        `pause` is called in the thread between two parts of what is read.
        """
        self._families = families
        self._failures = failures
        self._read = read
        self._policy = policy
        self._pause = pause
        self._running: asyncio.Future[_Read] | None = None
        self._told: set[str] = set()

    async def page(self) -> bytes:
        """Give the page."""
        if self._running is None:
            loop = asyncio.get_running_loop()
            self._running = loop.run_in_executor(None, self._collect)
            self._running.add_done_callback(self._collected)
        # Who goes away does not take the reading from the others.
        part = await asyncio.shield(self._running)
        asked = self._ask_policy()
        return metrics.expose([*self._families, *asked]) + part.text

    def _collect(self) -> _Read:
        """Read and write; runs in a thread."""
        texts: dict[str, list[bytes]] = {}
        failures: dict[str, Failure] = {}
        try:
            for part in self._read():
                for samples in part.samples:
                    family = metrics.Given(samples)
                    # Lines of one metric have to stand together.
                    lines = texts.setdefault(family.name, [])
                    lines += [metrics.body(family)] if lines else _begun(family)
                for failure in part.failures:
                    failures.setdefault(failure.collector, failure)
                self._pause()
        except Exception as error:  # noqa: BLE001 - whatever fails, the other metrics are shown
            failures[CGROUPS] = Failure(CGROUPS, repr(error))
        text = b"".join(line for lines in texts.values() for line in lines)
        return _Read(text, tuple(failures.values()))

    def _collected(self, done: "asyncio.Future[_Read]") -> None:
        self._running = None
        if not done.cancelled():
            failures = done.result().failures
            self._tell(failures, {one for one in self._told if one != POLICY})

    def _ask_policy(self) -> list[metrics.Family]:
        try:
            found: list[metrics.Family] = [metrics.Given(samples) for samples in self._policy()]
        except Exception as error:  # noqa: BLE001 - a policy may fail in any way
            self._tell((Failure(POLICY, repr(error)),), {POLICY})
            return []
        self._tell((), {POLICY})
        return found

    def _tell(self, failures: Sequence[Failure], over: set[str]) -> None:
        """Count and log failures; those of `over` that are not among them have ended."""
        for failure in failures:
            self._failures.add(failure.collector)
            if failure.collector not in self._told:
                _LOG.warning("%s: %s; the metric is incomplete", failure.collector, failure.text)
        names = {failure.collector for failure in failures}
        self._told = self._told - over | names


def _begun(family: metrics.Family) -> list[bytes]:
    return [metrics.head(family), metrics.body(family)]


def make(known: numbers.Numbers, options: Options, engine: Engine) -> Gatherer:
    """Make the daemon's own."""
    mounts = reader.Mounts(Path(options.cgroup_path), Path(options.cgroup_v2_dir))
    page = os.sysconf("SC_PAGE_SIZE")
    return Gatherer(
        known.families,
        known.collector_failures,
        lambda: reader.read(mounts, page=page),
        lambda: of_policy(engine.policy, engine.policy_state),
        lambda: _wait(threading.Event()),
    )


def _wait(never: threading.Event) -> None:
    never.wait(_PAUSE)


def of_policy(policy: Policy[Any], state: object) -> Sequence[Samples]:
    """Give the metrics of a policy, if it has any."""
    return policy.metrics(state) if isinstance(policy, Measured) else ()
