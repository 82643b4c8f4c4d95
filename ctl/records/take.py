# SPDX-License-Identifier: Apache-2.0
"""Takes a record: reads the machine, and keeps exactly the files that were read for it.

What is asked of a device instead is kept as a file, too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from resmgr.sysfs import discover, speedform, speeds
from resmgr.sysfs.files import Reader
from resmgr.sysfs.machine import Machine

from .held import Inside, Remembered


@dataclass(frozen=True, slots=True)
class Taken:
    """Files by their path below the root, as `held.Held` takes them.

    Without a machine it could not be read, and `problem` tells why; what was read up to there is in
    the record all the same.
    """

    files: Mapping[str, bytes]
    machine: Machine | None
    problem: str = ""
    warnings: tuple[str, ...] = ()
    """Sentences on what could not be read but is not needed."""


def take(root: Path, reader: Reader | None = None, device: speeds.Source | None = None) -> Taken:
    """Read the machine below a root, from the disk unless there is another reader.

    The `device` is asked about Speed Select, which is in no files of this machine.
    """
    remembered = Remembered(str(root), reader or Inside(str(root)))
    try:
        found = discover.discover(root, detailed=True, reader=remembered, device=device)
    except discover.DiscoveryError as error:
        return Taken(_needed(remembered.files), None, str(error))
    if told := speedform.text(found.machine.packages):
        remembered.files[speeds.RECORD] = told.encode()
    return Taken(_needed(remembered.files), found.machine, warnings=found.warnings)


def _needed(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Leave out folders that are there because of what is in them."""
    inside: set[str] = set()
    for name in files:
        folder = name.rstrip("/").rpartition("/")[0]
        while folder and folder not in inside:
            inside.add(folder)
            folder = folder.rpartition("/")[0]
    return {
        name: content
        for name, content in files.items()
        if not name.endswith("/") or name[:-1] not in inside
    }
