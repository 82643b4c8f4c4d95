# SPDX-License-Identifier: Apache-2.0
"""The machine that a command is about: this one, one that is described, or a record of one.

A record is read where it is, a folder or an archive; nothing is unpacked.
"""

import argparse
import os
from dataclasses import dataclass
from pathlib import Path

from resmgr.sysfs import discover, files, speeds
from resmgr.sysfs.machine import Machine

from . import exits, machines, problem
from .machines import tree
from .records import archive, held, take

_ARCHIVES = (".tar.gz", ".tgz")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a machine comes from: files below `root`, for a reader; or it was `made` up."""

    name: str = ""
    """As people call it; empty for the machine that this runs on."""

    root: Path = Path("/")
    reader: files.Reader = files.DISK
    made: Machine | None = None

    @property
    def files(self) -> Path | None:
        """Where files of the machine can be read; None where only a description is there."""
        return self.root if self.made is None and self.reader is files.DISK else None

    @property
    def device(self) -> speeds.Source | None:
        """What tells of Speed Select; None for every machine but this one."""
        return speeds.source(self.root) if self.files else None

    def read(self, *, detailed: bool = True) -> discover.Discovered:
        """Read the machine; caches and clusters only if `detailed`. Raises `Problem`."""
        if self.made is not None:
            return discover.Discovered(self.made)
        try:
            return discover.discover(
                self.root, detailed=detailed, reader=self.reader, device=self.device
            )
        except discover.DiscoveryError as error:
            if not self.name:
                raise problem.Problem(str(error)) from error
            hint = f"a record has sys/devices/system in it, as {_RECORD} writes it"
            raise problem.Problem(f"cannot read machine {self.name}: {error}", hint) from error

    def record(self) -> take.Taken:
        """Take a record of it."""
        if self.made is None:
            reader = None if self.reader is files.DISK else self.reader
            return take.take(self.root, reader, self.device)
        content = {name: f"{text}\n".encode() for name, text in tree.files(self.made).items()}
        return take.take(Path("/"), held.Held(content))


_RECORD = "`cri-resmgrctl topology record -o FILE.tar.gz`"


def add_arguments(command: argparse.ArgumentParser, *, default: str | None = None) -> None:
    """Add `--machine` and `--sysfs-root`, whose values `source` and `get` take.

    The default is `argparse.SUPPRESS` for a command below one that has the options, too.
    """
    command.add_argument(
        "--machine",
        default=default,
        metavar="MACHINE",
        help=f"instead of this one: a name ({', '.join(machines.NAMED)}); packages x NUMA nodes x"
        " cores x threads, as in 2x2x14x2; or a record of `topology record`, folder or archive",
    )
    command.add_argument(
        "--sysfs-root",
        "--host-root",
        type=Path,
        default=default,
        metavar="DIR",
        help="where the machine is mounted, as for the daemon (default: /)",
    )


def source(arguments: argparse.Namespace) -> Source:
    """Give where the machine is that the arguments name. Raises `Problem`."""
    given: str | None = arguments.machine
    root: Path | None = arguments.sysfs_root
    if given is not None and root is not None:
        raise problem.Problem(
            "cannot tell the machine: --machine and --sysfs-root both name one",
            "give one of them",
            exits.USAGE,
        )
    if given is not None:
        return of(given)
    return Source(str(root or ""), root or Path("/"))


def of(text: str) -> Source:
    """Give where a machine comes from that a text names or describes. Raises `Problem`."""
    path = Path(text)
    if text.partition(":")[0] in machines.NAMED or not _is_path(text, path):
        try:
            return Source(text, made=machines.parse(text))
        except machines.BadMachine as error:
            raise problem.Problem(str(error), status=exits.USAGE) from error
    if path.is_dir():
        return Source(text, path)
    try:
        with path.open("rb") as file:
            return Source(text, reader=held.Held(archive.read(file)))
    except OSError as error:
        cause = f"cannot read machine {text}: {error.strerror}"
        raise problem.Problem(cause, status=exits.USAGE) from error
    except archive.BadArchive as error:
        raise problem.Problem(f"cannot read machine {text}: {error}") from error


def _is_path(text: str, path: Path) -> bool:
    return os.sep in text or text.endswith(_ARCHIVES) or path.exists()
