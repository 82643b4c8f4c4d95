# SPDX-License-Identifier: Apache-2.0
"""The state file: rows in, rows out, each write one transaction.

This module alone loads sqlite (5 ms, 1.5 MB), so it is imported where a store is opened and
nowhere else.

Durability: with a write-ahead log and `synchronous=NORMAL` a commit is a write to the page cache.
That survives the death of the process at any point. A power cut may take the last commits with it,
but it takes the containers, too, and never damages the file. So no call waits for the disk, but
for those of `checkpoint`.
"""

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Self

from ..model import Container, Pod
from . import encode, schema
from .changes import (
    Change,
    DropContainer,
    DropPod,
    PutAdjustments,
    PutConfig,
    PutContainer,
    PutEntries,
    PutHistory,
    PutPod,
    PutPolicy,
    Saved,
)
from .errors import Trouble, Unreadable, judge
from .folder import FILE_MODE

BUSY_S = 0.1
"""How long a write waits for a reader that recovers the log; nobody else ever writes."""

LOG_PAGES = 4000
"""Pages (4 KiB) of the log after which a write moves it into the file itself, waiting for the
disk: the net below a caller that forgets `checkpoint`."""

_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    f"PRAGMA wal_autocheckpoint = {LOG_PAGES}",
    "PRAGMA journal_size_limit = 4194304",
    "PRAGMA cache_size = -512",
)

_Statement = tuple[str, tuple[str, ...]]


_SETTINGS: Final = "SELECT name, value FROM setting"
_PODS: Final = "SELECT id, data FROM pod"
_CONTAINERS: Final = "SELECT cache_id, data FROM container"
_ENTRIES: Final = "SELECT key, value FROM entry"
_TABLES: Final = (_SETTINGS, _PODS, _CONTAINERS, _ENTRIES)


class Database:
    """One open state file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Take a connection; `open` and `open_reading` make one."""
        # A damaged byte must not make a whole table unreadable.
        connection.text_factory = _text
        self._connection = connection

    @classmethod
    def open(cls, path: Path, first: Callable[[], Iterable[Change]]) -> Self:
        """Open the file, made if missing; `first` gives what a new one begins with.

        Raises `Unreadable` for a file that is damaged, newer or not ours, `Trouble` when the disk
        does not let us.
        """
        with _judged():
            # The log and its index get the mode of the file.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE))
            connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
        made = cls(connection)
        try:
            made._begin(first)
        except BaseException:
            connection.close()
            raise
        return made

    @classmethod
    def open_reading(cls, path: Path) -> Self:
        """Open an existing file beside the daemon that writes it; raises as `open`.

        Without a log the file does not change, and is read without the index file that sqlite
        would make: that needs room, and a right to write.
        """
        log = path.with_name(f"{path.name}-wal")
        with _judged():
            uri = f"{path.absolute().as_uri()}?mode=ro"
            if not log.exists() or not log.stat().st_size:
                uri += "&immutable=1"
            connection = sqlite3.connect(uri, uri=True, timeout=BUSY_S, isolation_level=None)
            try:
                schema.check(connection)
            except BaseException:
                connection.close()
                raise
        return cls(connection)

    def write(self, changes: Iterable[Change]) -> int:
        """Write all changes or none; give how many rows can never be written.

        Those are left out: sqlite takes no text that is not Unicode, nor one of a gigabyte. Raises
        `Trouble`, `Unreadable`.
        """
        with _judged():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                refused = self._execute(changes)
                self._connection.execute("COMMIT")
            except BaseException:
                # After some errors sqlite has rolled back already.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
        return refused

    def load(self) -> tuple[Saved, tuple[str, ...]]:
        """Read everything; also give a sentence for each row that could not be read.

        Raises `Trouble`, `Unreadable`.
        """
        problems: list[str] = []
        with _judged():
            self._connection.execute("BEGIN")
            try:
                saved = self._read(problems)
            finally:
                self._connection.execute("COMMIT")
        return saved, tuple(problems)

    def close(self) -> None:
        """Close; the last one to close moves the log into the file."""
        with contextlib.suppress(sqlite3.Error):
            self._connection.close()

    def _begin(self, first: Callable[[], Iterable[Change]]) -> None:
        with _judged():
            for pragma in _PRAGMAS:
                self._connection.execute(pragma)
            self._connection.execute("BEGIN IMMEDIATE")
            if schema.prepare(self._connection):
                self._execute(first())
            self._connection.execute("COMMIT")
            found = self._connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if found != "ok":
                raise Unreadable(str(found))
            for sql in _TABLES:
                self._look(sql)

    def _look(self, sql: str) -> None:
        """See that a table has its columns: a damaged definition may still be one."""
        try:
            self._connection.execute(f"{sql} LIMIT 0")
        except sqlite3.OperationalError as error:
            if str(error).startswith("no such "):
                raise Unreadable(f"its tables are damaged: {error}") from error
            raise

    def _execute(self, changes: Iterable[Change]) -> int:
        refused = 0
        for change in changes:
            for sql, values in _statements(change):
                try:
                    self._connection.execute(sql, values)
                except (UnicodeEncodeError, OverflowError, sqlite3.DataError):
                    refused += 1
        return refused

    def _read(self, problems: list[str]) -> Saved:
        settings = dict(self._connection.execute(_SETTINGS).fetchall())
        pods: dict[str, Pod] = {}
        containers: dict[str, Container] = {}
        config = None
        for key, text in self._connection.execute(_PODS):
            with _told(problems, f"pod {key}"):
                pods[key] = encode.pod(key, text)
        for key, text in self._connection.execute(_CONTAINERS):
            with _told(problems, f"container {key}"):
                containers[key] = encode.container(key, text)
        with _told(problems, "the configuration"):
            config = encode.config(settings.get("config", "null"))
        entries = dict(self._connection.execute(_ENTRIES).fetchall())
        return Saved(
            pods,
            containers,
            settings.get("policy", ""),
            entries,
            config,
            settings.get("adjustments", ""),
            settings.get("history", ""),
        )


def checkpoint(path: Path) -> None:
    """Move the log into the file, waiting for the disk; made for another thread.

    Writers are not held up. Raises `Trouble`, `Unreadable`.
    """
    with _judged():
        uri = f"{path.absolute().as_uri()}?mode=rw"
        connection = sqlite3.connect(uri, uri=True, timeout=BUSY_S, isolation_level=None)
        try:
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        finally:
            connection.close()


def _statements(change: Change) -> Iterator[_Statement]:
    match change:
        case PutContainer(container):
            text = encode.container_text(container)
            yield "INSERT OR REPLACE INTO container VALUES (?, ?)", (container.cache_id, text)
        case DropContainer(cache_id):
            yield "DELETE FROM container WHERE cache_id = ?", (cache_id,)
        case PutEntries(entries):
            yield from _entries(entries)
        case PutPod(pod):
            yield "INSERT OR REPLACE INTO pod VALUES (?, ?)", (pod.id, encode.pod_text(pod))
        case DropPod(pod_id):
            yield "DELETE FROM pod WHERE id = ?", (pod_id,)
        case PutPolicy(name, entries_of_it):
            yield "INSERT OR REPLACE INTO setting VALUES ('policy', ?)", (name,)
            yield "DELETE FROM entry", ()
            yield from _entries(entries_of_it)
        case PutConfig(data):
            text = encode.config_text(data)
            yield "INSERT OR REPLACE INTO setting VALUES ('config', ?)", (text,)
        case PutAdjustments(text):
            yield "INSERT OR REPLACE INTO setting VALUES ('adjustments', ?)", (text,)
        case PutHistory(text):
            yield "INSERT OR REPLACE INTO setting VALUES ('history', ?)", (text,)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _entries(entries: Mapping[str, Any]) -> Iterator[_Statement]:
    for key, value in entries.items():
        if value is None:
            yield "DELETE FROM entry WHERE key = ?", (key,)
        else:
            yield "INSERT OR REPLACE INTO entry VALUES (?, ?)", (key, value)


@contextlib.contextmanager
def _judged() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise judge(error) from error
    except UnicodeDecodeError as error:
        # A message of sqlite quotes what is damaged.
        raise Unreadable("its tables are damaged") from error
    except OSError as error:
        raise Trouble(str(error.strerror)) from error


@contextlib.contextmanager
def _told(problems: list[str], what: str) -> Iterator[None]:
    try:
        yield
    except encode.BadRow as error:
        problems.append(f"cannot read what is remembered of {what}: {error}")
