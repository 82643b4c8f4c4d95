# SPDX-License-Identifier: Apache-2.0
"""What limits of frequencies were before we changed them, in a file that outlives a kill.

A boot sets all of them anew, so that what was noted before it does not count any more.
"""

import contextlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..control.cpu.order import Pair
from ..sysfs import knobs

FILE = "frequencies.json"
"""Its name in the daemon's data folder."""

_LARGEST = 4 * 1024 * 1024
_FOLDER = re.compile(r"cpu[0-9]+/cpufreq|intel_uncore_frequency/package_[0-9]+_die_[0-9]+")


@dataclass(slots=True)
class Journal:
    """Folder below `devices/system/cpu` -> the limits that were found there, kHz."""

    path: Path
    boot: str
    """Id of this boot; empty where nobody knows."""

    was: dict[str, Pair] = field(default_factory=dict)

    def load(self) -> None:
        """Read what was noted in this boot; what makes no sense is passed over."""
        self.was = {}
        with contextlib.suppress(OSError, ValueError, RecursionError):
            with self.path.open("rb") as file:
                found = json.loads(file.read(_LARGEST))
            if isinstance(found, dict) and found.get("boot") == self.boot:
                self.was = _read(found.get("limits"))

    def save(self) -> None:
        """Write it, whole or not at all; an empty one leaves no file. Raises `OSError`."""
        if not self.was:
            self.path.unlink(missing_ok=True)
            return
        data = {"boot": self.boot, "limits": self.was}
        fresh = self.path.with_name(f"{self.path.name}.new")
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(fresh, flags, 0o600), "w", encoding="ascii") as file:
            json.dump(data, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path)


def files(folder: str) -> tuple[str, str]:
    """Give the names of the files with the limits in a folder."""
    return knobs.CORE if folder.startswith("cpu") else knobs.DIE


def boot_id(root: Path) -> str:
    """Give the id of this boot of the machine that is mounted at `root`."""
    try:
        return (root / "proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""


def _read(limits: Any) -> dict[str, Pair]:
    if not isinstance(limits, Mapping):
        return {}
    return {
        folder: Pair(*pair)
        for folder, pair in limits.items()
        if _FOLDER.fullmatch(folder)
        and isinstance(pair, list)
        and len(pair) == 2
        and all(type(one) is int and one >= 0 for one in pair)
    }
