# SPDX-License-Identifier: Apache-2.0
"""The loads, in turns: each round first at the runtime's socket, then at the relay's."""

import asyncio
import dataclasses
import itertools
import shutil
import signal
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path

from node import kubelet

from . import load, process, results, work

VERSION = f"{kubelet.SERVICE}Version"
LIST = f"{kubelet.SERVICE}ListContainers"
IN_FLIGHT = (1, 8, 64)
SIZES = (100, 500)
"""Containers that are there when they are listed, after none."""

FIRST = 10_000
"""Calls before memory is read for the first time."""

_CHUNK = 100_000
_A_SECOND = 10
_NEVER_ENDING = 10_000_000

_EVERY = 0.1
"""Seconds between two configurations."""

_RECOMPUTED_CALLS = 5
"""Times the calls of others: they have to last for some configurations."""

_FOLLOWED = "using the new forced configuration"


@dataclasses.dataclass(frozen=True, slots=True)
class Wanted:
    """How much is measured: rounds of each load, calls of a round of Version, times in seconds."""

    rounds: int
    calls: int
    soak: float
    """Seconds of calls that show whether memory grows."""


class Bench:
    """A relay before a runtime, and what loads both."""

    def __init__(
        self,
        words: Sequence[str],
        runtime: Path,
        folder: Path,
        h2load: Path,
        wanted: Wanted,
        recomputed: Sequence[str] = (),
    ) -> None:
        """Take the relay's command line; {runtime}, {relay} and {folder} in it are filled in.

        `recomputed` are configurations for --force-config, by which the daemon decides anew each
        time that there is another one. Without them this is not measured.
        """
        self._words = words
        self._recomputed = recomputed
        self._runtime = runtime
        self._folder = folder
        self._h2load = h2load
        self._wanted = wanted
        self._message = folder / "message"
        self._message.write_bytes(bytes(5))
        self._logs = folder / "logs"
        self._names = (f"pod-{number}" for number in itertools.count())

    def run(self) -> Iterator[results.Figure]:
        """Measure; figures come as they are seen."""
        # Once for the byte-code, which an installed relay has.
        self._start().end()
        for _ in range(self._wanted.rounds):
            relay = self._start()
            yield results.Start(relay.started, relay.cpu())
            relay.end()
        relay = self._start()
        try:
            pod = yield from self._series(relay)
            yield results.Peak(relay.memory()[1])
        finally:
            relay.end()
        if self._recomputed:
            yield self._recomputing()
        asyncio.run(work.end(self._runtime, self._logs, pod))
        yield from self._memory()

    @property
    def _log(self) -> Path:
        return self._folder / "relay.log"

    @property
    def _socket(self) -> Path:
        return self._folder / "relay.sock"

    def _start(self, *more: str) -> process.Process:
        state = self._folder / "state"
        shutil.rmtree(state, ignore_errors=True)
        state.mkdir()
        filled = {"runtime": self._runtime, "relay": self._socket, "folder": state}
        argv = [word.format(**filled) for word in (*self._words, *more)]
        first = load.Load(VERSION, 1, 1)

        def answers() -> bool:
            return load.answered(self._h2load, first, self._socket, self._message)

        return process.Process(argv, self._socket, answers, self._log, self._folder / "byte-code")

    def _series(
        self, relay: process.Process
    ) -> Generator[results.Series | results.Latencies, None, kubelet.Pod]:
        """Give what one relay is measured by, and in the end the pod of all containers."""
        for in_flight in IN_FLIGHT:
            wanted = load.Load(VERSION, self._wanted.calls, in_flight)
            yield self._loaded(relay, f"Version, {in_flight} in flight", wanted)
        yield self._listed(relay, 0)
        yield self._turns(
            relay,
            "a pod's life, 7 calls",
            3,
            lambda socket: asyncio.run(
                work.lives(socket, self._logs, [next(self._names) for _ in "123"])
            ),
        )
        name = next(self._names)
        pod, container = asyncio.run(work.pod(self._socket, self._logs, name))
        yield self._turns(
            relay,
            "ExecSync, 1 MB",
            10,
            lambda socket: asyncio.run(work.megabytes(socket, self._logs, container, 10)),
        )
        there = 1
        for size in SIZES:
            asyncio.run(work.fill(self._socket, self._logs, pod, range(there, size)))
            there = size
            yield self._listed(relay, size)
        yield self._beside()
        yield self._paced()
        return pod

    def _listed(self, relay: process.Process, size: int) -> results.Series:
        # A list of none is as small as Version; a round takes about as long for any number.
        wanted = load.Load(LIST, max(200, 4000 // (1 + size // 10)), 1)
        return self._loaded(relay, f"ListContainers, {size} containers", wanted)

    def _loaded(self, relay: process.Process, name: str, wanted: load.Load) -> results.Series:
        def run(socket: Path) -> float:
            return load.run(self._h2load, wanted, socket, self._message)

        return self._turns(relay, name, wanted.calls, run, wanted.in_flight)

    def _turns(
        self,
        relay: process.Process,
        name: str,
        calls: int,
        run: Callable[[Path], float],
        in_flight: int = 1,
    ) -> results.Series:
        direct, relayed, cpu = [], [], []
        for _ in range(self._wanted.rounds):
            direct.append(run(self._runtime))
            before = relay.cpu()
            relayed.append(run(self._socket))
            cpu.append(relay.cpu() - before)
        return results.Series(name, calls, in_flight, tuple(direct), tuple(relayed), tuple(cpu))

    def _beside(self) -> results.Latencies:
        """Version while another client lists 500 containers, one list after the other."""
        ours = load.Load(VERSION, self._wanted.calls // 4, 1)
        theirs = load.Load(LIST, _NEVER_ENDING, 1)
        found: list[list[float]] = [[], []]
        for _ in range(self._wanted.rounds):
            for socket, seconds in zip((self._runtime, self._socket), found, strict=True):
                took = load.run_beside(
                    self._h2load, ours, theirs, socket, self._message, self._folder / "calls.log"
                )
                seconds.extend(took)
        direct, relayed = (tuple(sorted(seconds)) for seconds in found)
        return results.Latencies(results.LISTING, direct, relayed)

    def _paced(self) -> results.Latencies:
        """Lists of 500 containers with pauses between them, as a kubelet makes them."""
        wanted = load.Load(LIST, 5 * _A_SECOND, 1)
        found: list[list[float]] = [[], []]
        for _ in range(self._wanted.rounds):
            for socket, seconds in zip((self._runtime, self._socket), found, strict=True):
                log = self._folder / "calls.log"
                took = load.run_paced(self._h2load, wanted, _A_SECOND, socket, self._message, log)
                seconds.extend(took)
        direct, relayed = (tuple(sorted(seconds)) for seconds in found)
        return results.Latencies(f"ListContainers, {SIZES[-1]}, paced", direct, relayed)

    def _recomputing(self) -> results.Latencies:
        """Version while the policy decides anew on all containers, again and again."""
        config = self._folder / "config"
        config.write_text(self._recomputed[0], encoding="utf-8")
        relay = self._start(f"--force-config={config}")
        wanted = load.Load(VERSION, self._wanted.calls // 4 * _RECOMPUTED_CALLS, 1)
        configurations = itertools.cycle((*self._recomputed[1:], self._recomputed[0]))
        signals = 0

        def recompute() -> None:
            nonlocal signals
            signals += 1
            config.write_text(next(configurations), encoding="utf-8")
            relay.signal(signal.SIGHUP)

        found: list[list[float]] = [[], []]
        try:
            for _ in range(self._wanted.rounds):
                for socket, seconds in zip((self._runtime, self._socket), found, strict=True):
                    log = self._folder / "calls.log"
                    seconds.extend(
                        load.run_during(
                            self._h2load, wanted, socket, self._message, log, recompute, _EVERY
                        )
                    )
            followed = self._log.read_text(encoding="utf-8").count(_FOLLOWED)
        finally:
            relay.end()
        if not 0 < followed <= signals:
            raise RuntimeError(f"{followed} of {signals} configurations were followed")
        direct, relayed = (tuple(sorted(seconds)) for seconds in found)
        return results.Latencies(results.RECOMPUTING, direct, relayed)

    def _memory(self) -> Iterator[results.Memory]:
        """Load a fresh relay, and look at its memory again and again."""
        relay = self._start()
        try:
            calls = FIRST
            load.run(self._h2load, load.Load(VERSION, FIRST, 8), self._socket, self._message)
            yield results.Memory(calls, relay.memory()[0])
            deadline = time.perf_counter() + self._wanted.soak
            while time.perf_counter() < deadline:
                load.run(self._h2load, load.Load(VERSION, _CHUNK, 8), self._socket, self._message)
                calls += _CHUNK
                yield results.Memory(calls, relay.memory()[0])
        finally:
            relay.end()
