# SPDX-License-Identifier: Apache-2.0
"""Keeps a node that is on the relay: a look every ten seconds, and what follows from it.

A look costs a few messages on the bus and one on the relay's socket. What is not as it should be is
put right; what cannot be put right gives the kubelet back well within the two minutes that Gardener
allows a dead runtime (HC-5). systemd and the rescue on the node do the same without us.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from . import extra_args, names, paths, problem, relay
from .steps import common, interface

PERIOD = 10.0
"""Seconds between two looks."""

RESTART_AFTER = 3
"""Failed looks in a row after which the relay is restarted, unless systemd knows it as ended."""

GIVE_BACK_AFTER = 6
"""Failed looks in a row after which the kubelet is given back."""

FAILED_FOR = 2
"""Looks after which a relay that systemd has given up counts as dead: the rescue is quicker."""


class Verdict(StrEnum):
    """What follows from a look."""

    FINE = "fine"
    LOOK_CLOSER = "look closer"
    """Something is not as wanted: gather all facts, and plan."""
    RESTART = "restart"
    """The relay has been stopped, or has not answered for too long."""
    GIVE_BACK = "give back"
    """Nothing helped."""
    WAIT = "wait"
    """The relay does not answer; that may pass."""


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen. `trouble` is empty for a relay that answers."""

    trouble: str = ""
    unit: str = "active"
    """The relay's unit, as systemd has it."""
    disabled: bool = False
    rescued: bool = False
    key: bool = True
    """Our argument stands where the kubelet's next start reads it."""
    endpoint: bool | None = True
    """The running kubelet has our argument; None when none runs."""


class Keeper:
    """Counts the failed looks."""

    def __init__(self) -> None:
        self.failed = 0

    def judge(self, look: Look) -> Verdict:
        """Tell what follows."""
        if look.disabled or look.rescued:
            self.failed = 0
            return Verdict.LOOK_CLOSER
        if look.trouble:
            self.failed += 1
            dead = look.unit == "failed" and self.failed >= FAILED_FOR
            if dead or self.failed >= GIVE_BACK_AFTER:
                return Verdict.GIVE_BACK
            again = look.unit == "inactive" or self.failed == RESTART_AFTER
            return Verdict.RESTART if again else Verdict.WAIT
        self.failed = 0
        if not look.key or look.endpoint is False:
            return Verdict.LOOK_CLOSER
        return Verdict.FINE


def look(node: interface.Node, answers: Callable[[Path], str] = relay.answers) -> Look:
    """Look at the node without changing anything. Raises `problem.Problem`: systemd is away.

    `answers` tells what is wrong with the relay at a socket, empty for nothing.
    """
    layout = node.layout
    state = node.systemd.state(names.RELAY_UNIT)
    trouble = f"{names.RELAY_UNIT} is {state.active}"
    if state.running:
        trouble = answers(layout.relay_socket)
    return Look(
        trouble=trouble,
        unit=state.active,
        disabled=layout.disabled.exists(),
        rescued=any(path.exists() for path in rescue_marks(layout)),
        key=_has_key(node),
        endpoint=common.on_relay(node),
    )


def rescue_marks(layout: paths.Layout) -> tuple[Path, ...]:
    """Where the rescue leaves its word; the second is for a disk that is full."""
    return (layout.rescued, layout.run / "rescued")


def _has_key(node: interface.Node) -> bool:
    try:
        return extra_args.read(node.files.read(node.layout.extra_args) or b"").ours
    except problem.Problem:
        return False


def restart(systemd: interface.Systemd) -> str:
    """Restart the relay, also one that systemd has given up; give what went wrong, if it did."""
    try:
        systemd.reset_failed(names.RELAY_UNIT)
        systemd.restart(names.RELAY_UNIT)
    except problem.Problem as error:
        return str(error)
    return ""
