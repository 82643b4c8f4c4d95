# SPDX-License-Identifier: Apache-2.0
"""The machine that policies are tried on: with its files, or made up and without any."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from resmgr.daemon.configuring import policies, settings
from resmgr.policy import constraints, registry
from resmgr.policy.interface import Policy
from resmgr.sysfs.machine import Machine

from .. import hardware

_NOWHERE = "/dev/null"


@dataclass(frozen=True, slots=True)
class Hardware:
    """A machine; its files are below `root`, None for one that has none."""

    machine: Machine
    root: Path | None = None

    @classmethod
    def of(cls, source: hardware.Source) -> Self:
        """Read the machine of a source. Raises `problem.Problem`."""
        return cls(source.read(detailed=False).machine, source.files)

    @classmethod
    def below(cls, root: Path) -> Self:
        """Read the machine that is mounted below a root. Raises `problem.Problem`."""
        return cls.of(hardware.Source(str(root), root))

    def policy(self, wanted: settings.Policy) -> Policy[Any]:
        """Make a policy as the daemon does there.

        Raises `policy.interface.BadConfiguration`.
        """
        if self.root is None:
            nowhere = constraints.Cgroups(_NOWHERE, f"{_NOWHERE}/sys/fs/cgroup")
            limits = constraints.resolve(wanted.data, nowhere, lambda _: None)
            return registry.load(wanted.active)(self.machine, limits, wanted.own)
        below = str(self.root).rstrip("/")
        where = constraints.Cgroups(below, f"{below}/sys/fs/cgroup")
        return policies.make(wanted, self.machine, where, _reader(below))


def _reader(below: str) -> Callable[[str], str | None]:
    """Give what reads files of that machine, and nothing of the one that this runs on."""
    return lambda path: policies.read(path) if path.startswith(f"{below}/") else None
