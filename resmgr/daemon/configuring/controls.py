# SPDX-License-Identifier: Apache-2.0
"""The controllers of one daemon: judged with each configuration, put to work when it counts."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ...control import roster
from ...control.cpu import classes
from ...control.cpu.assignments import Assignments
from ...control.cri import scope
from ...control.memory import places
from ...control.roster import Check, Roster
from ...effects.carry_out import Executor
from ...effects.controlled import Controlled
from ...effects.cpu import Cpu
from ...effects.frequencies import Frequencies
from ...effects.toptier import TopTier
from ...engine import top_tier
from ...engine.engine import Engine
from ...intents import SetTopTierLimit
from ...policy.interface import BadConfiguration, Subject
from ...sysfs import frequencies
from ...sysfs.machine import Machine
from .settings import Settings

_LOG = logging.getLogger("resource-control")


@dataclass(frozen=True, slots=True)
class Places:
    """Where the machine is mounted, the daemon's data folder, and the hierarchies of cgroup v1."""

    root: Path
    data: Path
    cgroups: Path


class Controls:
    """What controllers need of this machine, and which of them run."""

    def __init__(self, where: Places, machine: Machine) -> None:
        """Take where things are; nothing is looked at before it matters."""
        self.roster = Roster()
        self._cpu = Cpu(
            Frequencies(where.root, where.data), lambda: frequencies.find(where.root, machine)
        )
        self._memory = TopTier(where.cgroups)
        self._controlled: Controlled | None = None

    def judge(self, wanted: Settings, *, first: bool = False) -> Roster:
        """Tell who would run with a configuration. Raises `BadConfiguration`.

        The `first` one of a start is not refused for limits that there is no driver for.
        """
        try:
            found = roster.settle(self.roster, wanted.controllers, self._checks(wanted))
        except roster.CannotRun as error:
            raise BadConfiguration(str(error)) from error
        refused = self._cpu.refused(wanted.cpu_classes) if found.runs(classes.NAME) else ()
        if refused and not first:
            raise BadConfiguration("\n".join(refused))
        return found

    def put_to_work(self, executor: Executor, engine: Engine) -> Controlled:
        """Have an executor work under them."""
        self._controlled = Controlled(executor, _Known(engine), self._cpu, self._memory)
        return self._controlled

    def begin(self, wanted: Settings) -> None:
        """Follow the configuration of the start, or the defaults where there is none.

        Against section 6.6, where nothing ran then: what a former policy has pinned is let go.
        """
        found = self.judge(wanted, first=True)
        if found.runs(classes.NAME):
            for one in self._cpu.refused(wanted.cpu_classes):
                _LOG.warning("%s", one)
        self._follow(found, wanted)

    def follow(self, wanted: Settings) -> None:
        """Follow another configuration, which was judged to be right."""
        self._follow(self.judge(wanted), wanted)

    @property
    def strict(self) -> bool:
        """Whether something that fails now would be an error."""
        return any(self.roster.serious(name) for name in self.roster.running)

    def failure(self) -> str:
        """Give what failed since the last configuration and is an error, nothing if nothing did."""
        errors = self._controlled.take_errors() if self._controlled else ()
        told = "; ".join(errors)
        return f"failed to run post-update hooks after reconfiguration: {told}" if told else ""

    def end(self) -> None:
        """Leave the machine as it was found. It waits for files."""
        for line in self._cpu.restore():
            _LOG.warning("%s", line)

    def _follow(self, found: Roster, wanted: Settings) -> None:
        for name, line in found.news(self.roster).items():
            # Most machines have not what each controller needs, and nobody has asked for it there.
            level = logging.WARNING if name in wanted.controllers else logging.INFO
            _LOG.log(level, "%s", line)
        if found != self.roster:
            for name, mode in found.modes.items():
                state = "running" if found.runs(name) else "inactive"
                _LOG.info("controller %s: %s, mode %s", name, state, mode.value)
        self.roster = found
        if self._controlled is not None:
            self._controlled.configure(found, wanted.cpu_classes)

    def _checks(self, wanted: Settings) -> dict[str, Check]:
        return {
            classes.NAME: lambda: self._cpu.unable(wanted.cpu_classes),
            scope.NAME: lambda: "",
            places.NAME: self._memory.unable,
        }


@dataclass(frozen=True, slots=True)
class _Known:
    """What the engine knows, as controllers ask for it."""

    engine: Engine

    @property
    def cpu_classes(self) -> Assignments:
        """CPUs by class."""
        return self.engine.cpu_classes

    def find(self, cache_id: str) -> Subject | None:
        """Give a container with its pod."""
        container = self.engine.ledger.containers.get(cache_id)
        return self.engine.ledger.subject(container) if container else None

    def limits(self) -> Iterator[SetTopTierLimit]:
        """Give the limits of top-tier memory of all containers that have one."""
        return top_tier.everybodys(self.engine.ledger)
