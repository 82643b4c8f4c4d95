# SPDX-License-Identifier: Apache-2.0
"""The gate: whether the relay serves what containerd has, as the bundle's own tool finds.

`cri-resmgrctl gate` speaks CRI, which nothing here does; it is a program of its own, so whatever it
does ends at its deadline.
"""

import json
from collections.abc import Callable
from pathlib import Path

from . import programs
from .steps import interface

TIMEOUT = 20.0
"""Seconds for one try."""

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
        argv = [str(self._program()), "gate", "--relay", str(self._relay)]
        argv += ["--runtime", str(self._runtime), "-o", "json"]
        try:
            done = self._run(argv, "", TIMEOUT)
        except programs.ProgramProblem as error:
            return interface.GateResult(ok=False, detail=str(error))
        try:
            said = json.loads(done.out)
            ok, detail = bool(said["ok"]), str(said.get("detail") or "")
        except (ValueError, KeyError, TypeError):
            words = " ".join((done.err or done.out).split())[:_SHOWN]
            detail = f"cri-resmgrctl gate ended with {done.status}: {words}"
            return interface.GateResult(ok=False, detail=detail)
        return interface.GateResult(ok=ok and done.status == 0, detail=detail)
