# SPDX-License-Identifier: Apache-2.0
"""What a step is, and what it is given: a node through narrow interfaces.

The edges implement `Systemd`, `Kubelet`, `Gate` and `Clock`; tests give models. Methods raise
`problem.Problem` for whatever they cannot do, and nothing else on purpose.
"""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from .. import files, paths


@dataclass(frozen=True, slots=True)
class UnitState:
    """A unit as systemd sees it.

    `load`: `loaded`, `not-found`, ...; `active`: `active`, `activating`, `inactive`, `failed`, ...;
    `sub`: `running`, `auto-restart`, ...; `enabled`: `enabled`, `disabled`, ... or empty; `result`:
    `success`, `exit-code`, `watchdog`, `start-limit-hit`, ...; `restarts`: automatic ones so far.
    """

    load: str = "not-found"
    active: str = "inactive"
    sub: str = "dead"
    enabled: str = ""
    result: str = "success"
    main_pid: int = 0
    restarts: int = 0

    @property
    def running(self) -> bool:
        """Whether its main process runs, has told that it is ready, and is not on its way out."""
        return self.active == "active" and self.sub == "running"


@dataclass(frozen=True, slots=True)
class Process:
    """A process of a unit. The pid is the node's, not the pod's."""

    pid: int
    argv: tuple[str, ...]


class Systemd(Protocol):
    """systemd of the node, over the system bus. A job that is waited for has ended on return."""

    def reload(self) -> None:
        """As `systemctl daemon-reload`."""

    def start(self, unit: str) -> None:
        """Start the unit and wait for its job. Raises `Problem` unless the job ends with `done`."""

    def stop(self, unit: str) -> None:
        """Stop it and wait. No error for a unit that is not loaded."""

    def restart(self, unit: str) -> None:
        """Restart (start if it does not run) and wait. Raises as `start`."""

    def restart_alone(self, unit: str) -> None:
        """As `restart`, without waiting for units that it is ordered after.

        The relay's unit is ordered before the kubelet's: whoever gives the kubelet back must not
        wait for the start of the relay that fails.
        """

    def enable(self, unit: str) -> None:
        """Enable by its [Install] section; no error for one that is enabled. Does not start it."""

    def disable(self, unit: str) -> None:
        """Disable; no error for a unit that is not there or not enabled. Does not stop it."""

    def reset_failed(self, unit: str) -> None:
        """Forget its failure and its start limit; no error for a unit that is not loaded."""

    def state(self, unit: str) -> UnitState:
        """The unit's state; `UnitState()` for one that is not known."""

    def processes(self, unit: str) -> tuple[Process, ...]:
        """Its processes, main process first (GetUnitProcesses); empty when none runs."""

    def run_once(self, argv: Sequence[str], timeout: float) -> int:
        """Run a program on the node as a transient oneshot unit (StartTransientUnit), as root.

        Returns its exit status, 126 or 127 when systemd could not execute it (systemd's 203),
        128 + N when signal N ended it. `argv[0]` is an absolute path on the node. Raises `Problem`
        when it has not ended after `timeout` seconds (it is then stopped) or cannot be asked for.
        """


class Kubelet(Protocol):
    """The node's kubelet."""

    def healthy(self) -> bool:
        """Whether `/healthz` on the loopback says ok, within two seconds or so."""

    def ready(self) -> bool | None:
        """The Node's condition Ready in the API; None when the API cannot be asked."""


@dataclass(frozen=True, slots=True)
class GateResult:
    """What the gate says: whether the kubelet may be on the relay, and in one sentence why not."""

    ok: bool
    detail: str = ""


class Gate(Protocol):
    """`cri-resmgrctl gate` of the bundle, as a child process."""

    def check(self) -> GateResult:
        """Whether the relay answers Version and Status and lists what containerd lists.

        One try of some seconds; never raises for a relay that does not answer.
        """

    def release(self) -> GateResult:
        """Have every container use all CPUs again, through containerd itself, without a relay.

        `ok` is False while containerd does not answer, so that it is to be tried again; else
        `detail` tells what could not be let go, if anything. Never raises.
        """


class Clock(Protocol):
    """Time, as an argument."""

    def now(self) -> float:
        """Seconds since 1970. May jump; for what people read only."""

    def monotonic(self) -> float:
        """Seconds since boot (CLOCK_BOOTTIME): the same for all programs of this boot."""

    def wait(self, seconds: float) -> bool:
        """Wait; False at once when the program is asked to stop."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be on the node: a bundle and the static configurations.

    `bundle.wanted(folder, static)` makes it and raises `Problem` for a bundle that is not whole or
    EXTRA_OPTIONS that are refused.
    """

    version: str
    tree: str
    """Name of the folder below `versions/`: `<version>-<12 hex digits>`."""
    bundle: Path
    """Where the bundle is copied from, such as `/bundle`."""
    glibc: str
    """The lowest glibc that the bundle's programs run on, such as `2.28`."""
    configs: Mapping[str, bytes]
    """File name below `/etc/cri-resmgr` -> content. What is not here must not be there."""
    units: Mapping[str, str]
    """File name below `/etc/systemd/system` -> text."""
    thorough: bool = False
    """Whether looking whether a tree is whole reads all of it, or only sizes."""

    @property
    def revision(self) -> str:
        """Version and checksum of the configuration: the same on all nodes of a shoot."""
        told = "".join(f"{name} {self.configs[name]!r}" for name in sorted(self.configs))
        return f"{self.version}-{zlib.crc32(told.encode()):08x}"


@dataclass(slots=True)
class Node:
    """A node as steps see it. `wanted` is None when nothing of ours shall be there."""

    layout: paths.Layout
    files: files.Files
    systemd: Systemd
    kubelet: Kubelet
    gate: Gate
    clock: Clock
    wanted: Wanted | None = None
    warn: Callable[[str], None] = lambda _text: None
    """Told what could not be done and stops nothing."""


def wanted(node: Node) -> Wanted:
    """What is wanted of a node that is to have something; a defect of ours otherwise."""
    if node.wanted is None:
        raise AssertionError("nothing is wanted of this node")
    return node.wanted


Before = Mapping[str, object]
"""What a step found before it changed anything, as JSON data; `{}` stands for: nothing of ours."""


class Step(Protocol):
    """One reversible step. Repeating any of its methods is harmless, also after a crash inside."""

    name: str

    def check(self, node: Node) -> bool:
        """Whether the node is as `node.wanted` says, as far as this step goes. Reads only."""

    def before(self, node: Node) -> Before:
        """What `revert` needs for the way back. Reads only; asked before the first `apply`."""

    def apply(self, node: Node) -> None:
        """Make it so. Raises `Problem` (the run is rolled back) or `NotNow` (it waits)."""

    def revert(self, node: Node, before: Before) -> None:
        """Back to `before`, whatever part of `apply` was done; `{}`: nothing of ours remains."""
