# SPDX-License-Identifier: Apache-2.0
"""Takes a record: reads the machine, and keeps exactly the files that were read for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from resmgr.sysfs import discover
from resmgr.sysfs.files import DISK, Reader
from resmgr.sysfs.machine import Machine

from .held import Remembered


@dataclass(frozen=True, slots=True)
class Taken:
    """Files by their path below the root, as `held.Held` takes them.

    Without a machine it could not be read, and `problem` tells why; what was read up to there is in
    the record all the same.
    """

    files: Mapping[str, bytes]
    machine: Machine | None
    problem: str = ""


def take(root: Path, reader: Reader = DISK) -> Taken:
    """Read the machine below a root."""
    remembered = Remembered(str(root), reader)
    try:
        found = discover.discover(root, detailed=True, reader=remembered)
    except discover.DiscoveryError as error:
        return Taken(remembered.files, None, str(error))
    return Taken(remembered.files, found.machine)
