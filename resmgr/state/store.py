# SPDX-License-Identifier: Apache-2.0
"""What is remembered, kept by one process in one folder; a bad disk never stops that process.

Whatever cannot be written stays in memory and is tried again with the next write and by `flush`.
A file that cannot be read is kept aside, and the store begins empty: what the runtime lists then
tells which pods and containers there are.
"""

import errno
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from . import folder as folders
from . import replay, takeover
from .changes import Change, Saved
from .errors import CannotUse, Trouble, Unreadable
from .pending import Pending

if TYPE_CHECKING:
    from .database import Database

FILE = "state.db"

_MAY_PASS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}
"""Errors of a disk that is full, read-only or failing."""

_LITTLE = 1024 * 1024
"""Bytes of free disk below which a message tells them."""


@dataclass(frozen=True, slots=True)
class Counters:
    """Numbers for metrics: all but `pending` only grow.

    `writes` transactions done, `changes` written by them, `failures` transactions that failed,
    `refused` texts that are no Unicode and were left out, `pending` changes that wait for room.
    """

    writes: int = 0
    changes: int = 0
    failures: int = 0
    refused: int = 0
    pending: int = 0


class Store:
    """One state folder, held until `close`; made by `open`. All calls from one thread, but
    `checkpoint`.

    `degraded` is empty, or tells why nothing can be written at present. `problems` are sentences
    for the log about what was found at opening and loading, `notes` what went well and is worth
    a line.
    """

    def __init__(self, folder: Path, now: Callable[[], float]) -> None:
        self.degraded = ""
        self.problems: list[str] = []
        self.notes: list[str] = []
        self._folder = folder
        self._now = now
        self._path = folder / FILE
        self._closed = False
        self._lock: int | None = None
        self._database: Database | None = None
        self._pending = Pending()
        # What stands in a file that can be read, but not opened for writing: a full disk.
        self._before = Saved()
        self._writes = self._changes = self._failures = self._refused = 0
        self._written_at_checkpoint = 0

    @classmethod
    def open(cls, folder: Path, *, now: Callable[[], float]) -> Self:
        """Open the folder's state, made if missing; `now` gives seconds since the epoch.

        Raises `errors.CannotUse` when somebody has to mend the folder first, or another process
        has it. A full or failing disk is no reason: then the store works from memory.
        """
        store = cls(folder, now)
        try:
            store._take_folder()
        except OSError as error:
            if error.errno not in _MAY_PASS:
                raise CannotUse(
                    f"cannot use {folder} as state folder: {error.strerror}",
                    "give another one with --relay-dir",
                ) from error
            store._fail(Trouble(str(error.strerror)))
            return store
        try:
            store._open_first()
        except CannotUse:
            store.close()
            raise
        return store

    @property
    def counters(self) -> Counters:
        """The numbers as they are now."""
        return Counters(
            self._writes, self._changes, self._failures, self._refused, len(self._pending)
        )

    def load(self) -> Saved:
        """Give all that is remembered, what could not be written yet included."""
        saved = self._before
        if self._database is not None:
            try:
                saved, problems = self._database.load()
                self.problems += (one for one in problems if one not in self.problems)
            except Unreadable as error:
                self._begin_anew(error)
            except Trouble as error:
                self._fail(error)
        return replay.apply(saved, self._pending.changes())

    def write(self, changes: Sequence[Change]) -> bool:
        """Remember changes, in one transaction; tell whether they are written.

        Never raises for the disk's sake.
        """
        if not changes:
            return not self._pending
        if not self._pending and self._try(changes):
            return True
        waited = bool(self._pending)
        for change in changes:
            self._pending.add(change)
        return waited and self.flush()

    def flush(self) -> bool:
        """Try again to write what waits; tell whether nothing waits and the file can be used."""
        if self._pending or self.degraded:
            if not self._try(self._pending.changes()):
                return False
            self._pending.clear()
        return True

    def checkpoint(self) -> None:
        """Move the log into the file if anything was written since the last time.

        This waits for the disk, so it is meant for another thread and a quiet moment, once a
        minute or so; the store can be used meanwhile. It must be over before `close`.
        """
        if self._writes == self._written_at_checkpoint or self._database is None:
            return
        from . import database  # noqa: PLC0415 - loads sqlite, see there

        self._written_at_checkpoint = self._writes
        try:
            database.checkpoint(self._path)
        except (Trouble, Unreadable):
            # Nothing is lost: the log is as good as the file, and a full disk shows in `write`.
            self._written_at_checkpoint = -1

    def close(self) -> None:
        """Write what waits if that is possible, and give the folder free."""
        if self._closed:
            return
        self.flush()
        self._closed = True
        if self._database is not None:
            self._database.close()
            self._database = None
        if self._lock is not None:
            folders.unlock(self._lock)
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _take_folder(self) -> None:
        warning = folders.prepare(self._folder)
        self._lock = folders.lock(self._folder)
        if warning:
            self.problems.append(warning)

    def _open_first(self) -> None:
        """Open for the first time: bad files go aside, the original's cache is taken over."""
        try:
            folders.check_file(self._path)
        except OSError as error:
            self._fail(Trouble(str(error)))
            return
        found = takeover.Found()

        def first() -> Sequence[Change]:
            nonlocal found
            found = takeover.read(self._folder)
            return found.changes

        try:
            self._database = self._opened(first)
        except Unreadable as error:
            self._begin_anew(error)
            return
        except Trouble as error:
            self._fail(error)
            self._read_only()
            return
        if found.problem:
            self.problems.append(found.problem)
        if found.changes:
            self.notes.append(takeover.finish(self._folder, found))

    def _read_only(self) -> None:
        """Read a file that cannot be opened for writing now."""
        from . import database  # noqa: PLC0415 - loads sqlite, see there

        if not self._path.exists():
            return
        try:
            opened = database.Database.open_reading(self._path)
            try:
                self._before, problems = opened.load()
            finally:
                opened.close()
        except (Trouble, Unreadable) as error:
            self.problems.append(f"cannot read {self._path}: {error}")
        else:
            self.problems += problems

    def _opened(self, first: Callable[[], Sequence[Change]]) -> "Database":
        from . import database  # noqa: PLC0415 - loads sqlite, see there

        return database.Database.open(self._path, first)

    def _begin_anew(self, why: Unreadable) -> None:
        """Keep a bad file aside and begin with an empty one."""
        if self._database is not None:
            self._database.close()
            self._database = None
        message = f"cannot read {self._path}: {why}"
        try:
            kept = folders.put_aside(self._path, self._now())
        except OSError as error:
            self._fail(Trouble(f"{message}, nor move it away: {error.strerror}"))
            return
        self.problems.append(
            f"{message}; it is kept as {kept.name}, and pods and containers are learnt from the"
            " runtime (a newer version reads its own file again once it has its old name)"
        )
        try:
            self._database = self._opened(tuple)
        except (Trouble, Unreadable) as error:
            self._fail(error)

    def _try(self, changes: Sequence[Change]) -> bool:
        if self._closed:
            self.degraded = "the state is closed"
            return False
        try:
            if self._lock is None:
                self._take_folder()
            if self._database is None:
                folders.check_file(self._path)
                self._database = self._opened(tuple)
            self._refused += self._database.write(changes)
        except (Trouble, Unreadable, CannotUse, OSError) as error:
            self._fail(error)
            return False
        self.degraded = ""
        self._writes += 1
        self._changes += len(changes)
        return True

    def _fail(self, error: Exception) -> None:
        self._failures += 1
        self.degraded = f"cannot use {self._path}: {error}{self._full()}"

    def _full(self) -> str:
        """Say so when the disk is full: sqlite often calls that an I/O error."""
        try:
            left = folders.room(self._folder)
        except OSError:
            return ""
        return f" ({left} bytes are left on the disk)" if left < _LITTLE else ""


def read(folder: Path) -> Saved:
    """Read what is remembered in a folder, also while a daemon holds it; nothing is changed.

    Raises `errors.CannotUse` with what to do when there is nothing that can be read.
    """
    from . import database  # noqa: PLC0415 - loads sqlite, see there

    path = folder / FILE
    if not path.exists():
        raise CannotUse(
            f"cannot read {path}: there is none", "start the daemon, or name its folder"
        )
    try:
        opened = database.Database.open_reading(path)
        try:
            return opened.load()[0]
        finally:
            opened.close()
    except (Trouble, Unreadable) as error:
        hint = "read it as root, with the version of the daemon that wrote it"
        raise CannotUse(f"cannot read {path}: {error}", hint) from error
