# SPDX-License-Identifier: Apache-2.0
"""What was measured, as data. Pure."""

import dataclasses
import math
import re
import statistics
from collections.abc import Callable, Iterable, Mapping

from .. import reports

AT_CRI = "pod start at the CRI"
BY_API = "pod start by the API, other nodes"

VERSION = "cri-resmgr --version"
GATE = "cri-resmgrctl gate --quick"

KEEPER = "installer, keep loop"
RELAY = "relay, idle"
RELAY_LOADED = "relay, after the pods"

_PULLED = re.compile(r"Successfully pulled image \S+ in (\S+)")
_PART = re.compile(r"([0-9.]+)(ms|us|µs|h|m|s)")
_UNITS = {"us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


@dataclasses.dataclass(frozen=True, slots=True)
class Restart:
    """Seconds without a healthy kubelet, for one plain restart of it on `runtime`."""

    node: str
    runtime: str
    seconds: float


@dataclasses.dataclass(frozen=True, slots=True)
class Join:
    """A node from plain containerd to the relay; times in seconds."""

    node: str
    applied: float
    """From the DaemonSet's objects being applied to a healthy kubelet on the relay."""
    pull: float
    """Of that, for the image; 0 where it was there."""
    pod: float
    """From the start of the pod's container to a healthy kubelet on the relay."""
    outage: float
    """Without a healthy kubelet."""

    @property
    def beyond_pull(self) -> float:
        """From the DaemonSet, without the image."""
        return self.applied - self.pull


@dataclasses.dataclass(frozen=True, slots=True)
class Pods:
    """Seconds of each pod's start, in turns: plainly, through the relay."""

    name: str
    direct: tuple[float, ...]
    relayed: tuple[float, ...]

    @property
    def times(self) -> float:
        """How many times as long it takes through the relay: the median over turns."""
        return statistics.median(self._ratios())

    @property
    def error(self) -> float:
        """Give the standard error of `times`: what another run may differ by for no reason."""
        ratios = self._ratios()
        if len(ratios) < 2:
            return math.nan
        # That of a mean, times what a median has more of it (the root of pi / 2).
        return statistics.stdev(ratios) / math.sqrt(len(ratios)) * math.sqrt(math.pi / 2)

    def _ratios(self) -> list[float]:
        pairs = zip(self.relayed, self.direct, strict=True)
        return [relayed / direct for relayed, direct in pairs]


@dataclasses.dataclass(frozen=True, slots=True)
class Memory:
    """Bytes of a process: in memory, its share of them, and the most that it ever had."""

    name: str
    resident: int
    share: int
    peak: int


@dataclasses.dataclass(frozen=True, slots=True)
class Cpu:
    """Seconds of CPU that something takes in a minute in which nothing happens."""

    name: str
    seconds: float


@dataclasses.dataclass(frozen=True, slots=True)
class Program:
    """Seconds from the start of a program to its end."""

    name: str
    seconds: tuple[float, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Bundle:
    """Bytes of the bundle's files, and packed as a layer of an image."""

    size: int
    packed: int


@dataclasses.dataclass(frozen=True, slots=True)
class Killed:
    """Seconds that the node needs after its relay was killed."""

    node: str
    again: float
    """Until a call that waits is answered: systemd has started the relay again."""
    given_back: float
    """Until the kubelet is healthy on containerd, where the relay cannot start again."""


Figure = Restart | Join | Pods | Memory | Cpu | Program | Bundle | Killed
"""What a run gives, one after the other."""

_KINDS: dict[str, Callable[..., Figure]] = {
    "restarts": Restart,
    "joins": Join,
    "pods": Pods,
    "memory": Memory,
    "cpu": Cpu,
    "programs": Program,
    "bundles": Bundle,
    "killed": Killed,
}


@dataclasses.dataclass(frozen=True, slots=True)
class Report:
    """All of one run; what was not measured is empty."""

    machine: Mapping[str, str]
    restarts: tuple[Restart, ...] = ()
    joins: tuple[Join, ...] = ()
    pods: tuple[Pods, ...] = ()
    memory: tuple[Memory, ...] = ()
    cpu: tuple[Cpu, ...] = ()
    programs: tuple[Program, ...] = ()
    bundles: tuple[Bundle, ...] = ()
    killed: tuple[Killed, ...] = ()

    def restart(self, node: str, runtime: str) -> float:
        """Seconds without a kubelet for a plain restart there: the median. Raises `KeyError`."""
        found = [
            each.seconds for each in self.restarts if (each.node, each.runtime) == (node, runtime)
        ]
        if not found:
            raise KeyError(node)
        return statistics.median(found)

    @property
    def added_outages(self) -> tuple[float, ...]:
        """Seconds without a kubelet beyond those of a plain restart of the same node."""
        return tuple(each.outage - self.restart(each.node, "containerd") for each in self.joins)


def collect(machine: Mapping[str, str], figures: Iterable[Figure]) -> Report:
    """Make a report of figures in any order."""
    return Report(machine, **reports.by_kind(_KINDS, figures))


def pulled(message: str) -> float | None:
    """Read the seconds of a pull out of the kubelet's event; `None` where it tells of none."""
    found = _PULLED.search(message)
    if found is None:
        return None
    return sum(float(amount) * _UNITS[unit] for amount, unit in _PART.findall(found[1]))
