# SPDX-License-Identifier: Apache-2.0
"""The gate: whether the relay serves what containerd has, as the bundle's own tool finds; and how
containers are let go when it has served.

`cri-resmgrctl` speaks CRI, which nothing here does; it is a program of its own, so whatever it
does ends at its deadline.
"""

import json
from collections.abc import Callable
from pathlib import Path

from . import programs
from .steps import interface

TIMEOUT = 20.0
"""Seconds for one try."""

RELEASE_TIMEOUT = 90.0
"""Seconds for letting go of all containers; the tool has a limit of its own below that."""

_AWAY = 3
"""Exit status of `cri-resmgrctl release` when the runtime does not answer."""

_SHOWN = 300


class Gate:
    """Asks the tool, once a call."""

    def __init__(
        self,
        program: Callable[[], Path],
        *,
        relay: Path,
        runtime: Path,
        run: programs.Run = programs.run,
    ) -> None:
        """Take what finds the tool, the two sockets, and what runs programs."""
        self._program = program
        self._relay = relay
        self._runtime = runtime
        self._run = run

    def check(self) -> interface.GateResult:
        """Tell whether the relay is good for the kubelet; never raises."""
        words = ("gate", "--relay", str(self._relay), "--runtime", str(self._runtime))
        status, ok, detail = self._ask(words, TIMEOUT)
        return interface.GateResult(ok=ok and status == 0, detail=detail)

    def release(self) -> interface.GateResult:
        """Let go of what was pinned; never raises."""
        status, ok, detail = self._ask(
            ("release", "--runtime", str(self._runtime)), RELEASE_TIMEOUT
        )
        if ok and status == 0:
            return interface.GateResult(ok=True)
        # Another try brings nothing but where the runtime may be back by then.
        return interface.GateResult(ok=status != _AWAY, detail=detail)

    def _ask(self, words: tuple[str, ...], timeout: float) -> tuple[int | None, bool, str]:
        """Give exit status (None: it did not end by itself), what it says, and in which words."""
        try:
            done = self._run([str(self._program()), *words, "-o", "json"], "", timeout)
        except programs.ProgramProblem as error:
            return None, False, str(error)
        try:
            said = json.loads(done.out)
            return done.status, bool(said["ok"]), str(said.get("detail") or "")
        except (ValueError, KeyError, TypeError):
            told = " ".join((done.err or done.out).split())[:_SHOWN]
            return done.status, False, f"cri-resmgrctl {words[0]} ended with {done.status}: {told}"
