# SPDX-License-Identifier: Apache-2.0
"""Which controllers run (controllers, sections 1.1 and 1.2).

A configuration is judged before anything of it counts: a required controller that cannot run
refuses it as a whole, while the original had applied it by then.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum


class Mode(Enum):
    """How seriously a controller is taken."""

    DISABLED = "disabled"
    """It does not run."""

    REQUIRED = "required"
    """Without it nothing goes on, and what fails in it is an error."""

    OPTIONAL = "optional"
    """Without it things go on; what fails right after its start is an error."""

    RELAXED = "relaxed"
    """Without it things go on, and what fails in it is told."""


class CannotRun(Exception):
    """Controllers that are required cannot run; a line for each."""


Check = Callable[[], str]
"""Gives why a controller cannot run on this machine with a configuration, nothing if it can."""


@dataclass(frozen=True, slots=True)
class Roster:
    """What counts since the last configuration; before the first one nothing runs."""

    modes: Mapping[str, Mode] = field(default_factory=dict)
    running: frozenset[str] = frozenset()
    fresh: frozenset[str] = frozenset()
    """Those that the last configuration has started."""

    unable: Mapping[str, str] = field(default_factory=dict)
    """Controller -> why it does not run, of those that are wanted and need not run."""

    def runs(self, name: str) -> bool:
        """Tell whether a controller is at work."""
        return name in self.running

    def serious(self, name: str) -> bool:
        """Tell whether what fails in a controller is an error, not only worth a line.

        One that is optional is taken seriously until the configuration after that which started it.
        """
        mode = self.modes.get(name, Mode.DISABLED)
        return mode is Mode.REQUIRED or (mode is Mode.OPTIONAL and name in self.fresh)

    def news(self, before: "Roster") -> dict[str, str]:
        """Give what cannot run and was not told before, a sentence each, by name."""
        return {
            name: f"controller {name} does not run: {why}"
            for name, why in self.unable.items()
            if before.unable.get(name) != why
        }


def settle(before: Roster, modes: Mapping[str, Mode], checks: Mapping[str, Check]) -> Roster:
    """Tell who runs with a new configuration, in the order of names.

    `checks` has all controllers there are. Raises `CannotRun`.
    """
    running: set[str] = set()
    unable: dict[str, str] = {}
    refused: list[str] = []
    settled = {name: modes.get(name, Mode.RELAXED) for name in sorted(checks)}
    for name, mode in settled.items():
        if mode is Mode.DISABLED:
            continue
        why = checks[name]()
        if not why:
            running.add(name)
        elif mode is Mode.REQUIRED:
            refused.append(f"controller {name} is required and cannot run: {why}")
        else:
            unable[name] = why
    if refused:
        raise CannotRun("\n".join(refused))
    return Roster(settled, frozenset(running), frozenset(running - before.running), unable)
