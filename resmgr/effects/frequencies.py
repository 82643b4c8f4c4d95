# SPDX-License-Identifier: Apache-2.0
"""Writes limits of frequencies below one root, and leaves everything as it was found.

What was there is noted before anything is written, so that a limit which is wanted no more can be
taken back, by whoever comes after a kill as well. The original took nothing back.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from ..control.cpu import order
from ..control.cpu.limits import Limit
from ..control.cpu.order import Pair
from ..sysfs import frequencies
from ..sysfs.files import DiscoveryError, Folder
from . import journal

_TOLD = 3
"""Failures that are told one by one."""


class Frequencies:
    """All calls wait for files, so they are made in a thread, one at a time."""

    def __init__(self, root: Path, data: Path) -> None:
        """Take where the machine is mounted, and the daemon's data folder."""
        self._place = root / frequencies.PLACE
        self._journal = journal.Journal(data / journal.FILE, journal.boot_id(root))
        self._journal.load()
        self._applied: dict[str, Pair] = {}

    @property
    def changed(self) -> bool:
        """Whether anything is not as it was found."""
        return bool(self._journal.was)

    def apply(self, limits: Mapping[str, Limit], *, anew: bool = False) -> tuple[str, ...]:
        """Have exactly these limits, by their folders; give what failed in words.

        What was applied before and is wanted still is not looked at, unless `anew` is given. What
        is not wanted any more is as it was found afterwards.
        """
        if anew:
            self._applied.clear()
        failed: list[str] = []
        due = self._due(limits, failed)
        try:
            self._journal.save()
        except OSError as error:
            for folder in due:
                self._journal.was.pop(folder, None)
            path = self._journal.path
            return (f"cannot write {path}, so no frequency is changed: {error.strerror}",)
        for folder, (has, to) in due.items():
            if self._turn(folder, has, to, failed):
                self._applied[folder] = _opinion(limits[folder])
        self._back([folder for folder in self._journal.was if folder not in limits], failed)
        return _few(failed)

    def restore(self) -> tuple[str, ...]:
        """Have everything as it was found; give what failed in words."""
        return self.apply({})

    def _due(self, limits: Mapping[str, Limit], failed: list[str]) -> dict[str, tuple[Pair, Pair]]:
        """Give what has to be written, as what is there and what is to be; note what was there."""
        due: dict[str, tuple[Pair, Pair]] = {}
        for folder, limit in limits.items():
            wants = _opinion(limit)
            if self._applied.get(folder) == wants:
                continue
            has = self._read(folder, failed)
            if has is None:
                continue
            to = order.target(wants, self._journal.was.get(folder, has))
            if to != has:
                self._journal.was.setdefault(folder, has)
                due[folder] = (has, to)
            else:
                self._applied[folder] = wants
        return due

    def _back(self, folders: list[str], failed: list[str]) -> None:
        """Have limits as they were found; what is not there any more has nothing to be."""
        for folder in folders:
            self._applied.pop(folder, None)
            if not (self._place / folder).exists():
                del self._journal.was[folder]
                continue
            has, was = self._read(folder, failed), self._journal.was[folder]
            if has is not None and self._turn(folder, has, was, failed):
                del self._journal.was[folder]
        if folders:
            try:
                self._journal.save()
            except OSError as error:
                failed.append(f"cannot write {self._journal.path}: {error.strerror}")

    def _read(self, folder: str, failed: list[str]) -> Pair | None:
        here = Folder(self._place / folder)
        try:
            return Pair(*(here.number(name) for name in journal.files(folder)))
        except DiscoveryError as error:
            failed.append(str(error))
            return None

    def _turn(self, folder: str, has: Pair, to: Pair, failed: list[str]) -> bool:
        names = dict(zip(Pair._fields, journal.files(folder), strict=True))
        for field, value in order.writes(has, to):
            path = self._place / folder / names[field]
            try:
                _write(path, value)
            except OSError as error:
                failed.append(f"cannot write {value} to {path}: {error.strerror}")
                return False
        return True


def _opinion(limit: Limit) -> Pair:
    return Pair(limit.low, limit.high)


def _write(path: Path, value: int) -> None:
    """Write a number into a file that is there. Raises `OSError`."""
    file = os.open(path, os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC)
    try:
        os.write(file, b"%d\n" % value)
    finally:
        os.close(file)


def _few(failed: list[str]) -> tuple[str, ...]:
    if len(failed) <= _TOLD:
        return tuple(failed)
    return (*failed[:_TOLD], f"{len(failed) - _TOLD} more frequencies cannot be set")
