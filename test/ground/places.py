# SPDX-License-Identifier: Apache-2.0
"""Where one run has its files, names and addresses, so that several runs live side by side."""

import fcntl
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

ROOT = Path(tempfile.gettempdir(), f"gardener-extension-cri-resmgr-ground.{os.getuid()}")
"""Folder of all places of this user."""

PLACES = 8
"""Runs that a machine takes at the same time."""

NODES = 16
"""Nodes that a run takes, one after the other."""


class NoPlace(Exception):
    """Every place is taken; the text names who has them."""


@dataclass(frozen=True, slots=True)
class Place:
    """One of the places. What it is called is told by its number, its folder is made by `take`."""

    number: int
    root: Path = ROOT

    @property
    def folder(self) -> Path:
        """Everything that the run keeps on the disk."""
        return self.root / f"place-{self.number}"

    @property
    def lock(self) -> Path:
        """The file that the owner holds locked; it tells the owner's pid."""
        return self.root / f"place-{self.number}.lock"

    @property
    def prefix(self) -> str:
        """What names of machines begin with."""
        return f"crg{self.number}-"

    @property
    def bridge(self) -> str:
        """The network interface that all nodes hang on."""
        return f"crg{self.number}"

    @property
    def gateway(self) -> str:
        """Address of this machine on the bridge, where API server and registry listen."""
        return f"10.77.{self.number}.1"

    def address(self, node: int) -> str:
        """Address of a node; nodes count from 1."""
        return f"10.77.{self.number}.{10 + node}"

    def pods(self, node: int) -> str:
        """Network of the pods of a node."""
        if not 1 <= node <= NODES:
            message = f"cannot number a node {node}: from 1 to {NODES}"
            raise ValueError(message)
        return f"10.78.{self.number * NODES + node - 1}.0/24"


@dataclass(slots=True)
class Taken:
    """A place that is ours until `release`; the kernel releases it when we die."""

    place: Place
    _file: IO[str] = field(repr=False)

    def release(self) -> None:
        """Let the next one have it."""
        self._file.close()


def take(*, root: Path = ROOT, number: int | None = None) -> Taken:
    """Take the first place that is free, or the one with a number.

    Raises `NoPlace`.
    """
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    owners = []
    for each in range(PLACES) if number is None else (number,):
        place = Place(each, root)
        file = place.lock.open("a+", encoding="ascii")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            owners.append(file.read().strip())
            file.close()
            continue
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        return Taken(place, file)
    message = f"cannot take a place for a test ground: taken by processes {', '.join(owners)}"
    raise NoPlace(message)
