# SPDX-License-Identifier: Apache-2.0
"""What a check looks at, and what it finds."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from ..node import units

DISABLED: Final = "etc/cri-resmgr/disabled"
"""A person's switch, below the root: while it is there, nothing moves the kubelet to the relay."""


class Verdict(StrEnum):
    """How a check came out."""

    OK = "ok"
    NOTE = "note"
    """Worth to know, and right."""
    UNKNOWN = "unknown"
    """It could not be looked at."""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the table; the remedy is a command or a sentence, empty where none is needed."""

    check: str
    verdict: Verdict
    detail: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """The node that is looked at: its root, the daemon's sockets and state, and its unit."""

    root: Path
    socket: str
    """Where the daemon tells what it knows."""
    relay: str
    """Where kubelets connect."""
    runtime: str
    state: Path
    """The daemon's state directory."""
    unit: Callable[[], units.Unit]
    """Where the daemon's unit stands. Raises `units.CannotAsk`."""


Check = Callable[[Node], Finding]


def ok(check: str, detail: str) -> Finding:
    """Give a finding that needs no remedy."""
    return Finding(check, Verdict.OK, detail)


def note(check: str, detail: str, remedy: str = "") -> Finding:
    """Give a finding that is right, and worth to know."""
    return Finding(check, Verdict.NOTE, detail, remedy)


def unknown(check: str, detail: str, remedy: str = "") -> Finding:
    """Give a finding of what could not be looked at."""
    return Finding(check, Verdict.UNKNOWN, detail, remedy)


def wrong(check: str, detail: str, remedy: str) -> Finding:
    """Give a finding that somebody has to do something about."""
    return Finding(check, Verdict.WRONG, detail, remedy)
