# SPDX-License-Identifier: Apache-2.0
"""The page `/status`: how the daemon is, in one look. What is not known yet is left out."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ... import cpuset
from ...control.roster import Roster
from ...engine.engine import Engine
from ...runtime.version import Found
from ...sysfs.machine import Machine
from ..configuring.active import Active, Refused
from ..records.decisions import moment
from ..records.witness import Failures


@dataclass(frozen=True, slots=True)
class Socket:
    """A socket of the daemon's own, or one that it speaks to.

    `up`: it listens, or is connected; `connections` of who speaks to it, None where that is not
    known.
    """

    path: str
    up: bool
    connections: int | None = None

    def document(self) -> dict[str, Any]:
        """Give the JSON form."""
        more = {} if self.connections is None else {"connections": self.connections}
        return {"path": self.path, "up": self.up, **more}


@dataclass(frozen=True, slots=True)
class Process:
    """The daemon itself; `started` in seconds since the epoch."""

    version: str
    pid: int
    started: float


@dataclass(frozen=True, slots=True)
class Store:
    """What waits to be written, and how often that failed."""

    pending: int
    failures: int


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the page is made of."""

    process: Process
    engine: Engine
    machine: Machine
    active: Active
    refused: Refused | None
    failures: Failures
    store: Store
    controllers: Roster = field(default_factory=Roster)
    runtime: Found | None = None
    serves: Mapping[str, Socket] = field(default_factory=dict)
    asks: Mapping[str, Socket] = field(default_factory=dict)


def starting(process: Process, doing: str) -> dict[str, Any]:
    """Give the page of a daemon that is not there yet."""
    return {**_process(process), "state": "starting", "doing": doing}


def document(facts: Facts) -> dict[str, Any]:
    """Give the page."""
    ledger = facts.engine.ledger
    states = Counter(one.state.name.lower() for one in ledger.containers.values())
    return {
        **_process(facts.process),
        "state": "running",
        "policy": facts.engine.policy.name,
        "configuration": _configuration(facts.active, facts.refused),
        "pods": len(ledger.pods),
        "containers": dict(sorted(states.items())),
        "cpus": _cpus(facts.engine, facts.machine),
        "controllers": _controllers(facts.controllers),
        "cpuClasses": {name: cpuset.show(cpus) for name, cpus in facts.engine.cpu_classes.items()},
        "runtime": _runtime(facts.runtime, facts.asks),
        "serves": {name: one.document() for name, one in facts.serves.items()},
        "asks": {name: one.document() for name, one in facts.asks.items()},
        "failedUpdates": _failures(facts.failures),
        "store": {"pending": facts.store.pending, "failures": facts.store.failures},
    }


def _process(process: Process) -> dict[str, Any]:
    return {
        "version": process.version,
        "pid": process.pid,
        "started": moment(process.started),
    }


def _configuration(active: Active, refused: Refused | None) -> dict[str, Any]:
    return {
        "origin": active.origin.value,
        "name": active.name,
        "generation": active.generation,
        "hash": active.hash,
        "since": moment(active.since),
        "warnings": list(active.judged.warnings),
        "refused": refused
        and {
            "origin": refused.origin.value,
            "name": refused.name,
            "time": moment(refused.when),
            "text": refused.text,
        },
    }


def _cpus(engine: Engine, machine: Machine) -> dict[str, str]:
    shown = engine.policy.introspect(engine.policy_state).get("Assignments") or {}
    exclusive = cpuset.union(
        cpuset.parse(assignment.get("ExclusiveCPUs") or "") for assignment in shown.values()
    )
    return {
        "online": cpuset.show(machine.online),
        "offline": cpuset.show(machine.offline),
        "isolated": cpuset.show(machine.isolated),
        "exclusive": cpuset.show(exclusive),
    }


def _controllers(roster: Roster) -> dict[str, Any]:
    return {
        name: {
            "mode": mode.value,
            "running": roster.runs(name),
            "why": roster.unable.get(name, ""),
        }
        for name, mode in roster.modes.items()
    }


def _runtime(runtime: Found | None, asks: Mapping[str, Socket]) -> dict[str, Any]:
    known = {"name": runtime.name, "version": runtime.version} if runtime else {}
    there = asks.get("runtime")
    return {**known, "connected": bool(there and there.up)}


def _failures(failures: Failures) -> dict[str, Any]:
    if not failures.count:
        return {"count": 0, "last": None}
    last = {"time": moment(failures.when), "text": failures.text}
    return {"count": failures.count, "last": last}
