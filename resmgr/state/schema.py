# SPDX-License-Identifier: Apache-2.0
"""The tables of the state file, their version, and the way from each older version to this one.

The version stands in sqlite's own `user_version`. A migration gets a connection within a
transaction, so that a process killed in the middle leaves the older file whole.
"""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from .errors import Unreadable

if TYPE_CHECKING:
    import sqlite3

CURRENT = 1

TABLES = {
    "pod": "CREATE TABLE pod (id TEXT PRIMARY KEY, data TEXT NOT NULL)",
    "container": "CREATE TABLE container (cache_id TEXT PRIMARY KEY, data TEXT NOT NULL)",
    "entry": "CREATE TABLE entry (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "setting": "CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
}
"""Table -> how it is made. `entry` is the active policy's state; `setting` holds its name
(`policy`), what the agent gave last: the configuration (`config`, JSON) and adjustments
(`adjustments`, JSON), and which configurations were taken and refused (`history`, JSON)."""


def prepare(connection: "sqlite3.Connection") -> bool:
    """Make or bring up the tables, within the caller's transaction; tell whether they are new.

    Raises `Unreadable` for a file that is newer or not ours.
    """
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    found = {str(row[0]) for row in connection.execute("SELECT name FROM sqlite_master")}
    if version > CURRENT:
        raise Unreadable(f"it was written by a newer version (form {version}, known: {CURRENT})")
    fresh = version == 0 and not found
    if fresh:
        for statement in TABLES.values():
            connection.execute(statement)
    elif version == 0 and "policy_state" not in found:
        raise Unreadable("it is a database of something else")
    else:
        for step in MIGRATIONS[version:]:
            step(connection)
    if version != CURRENT:
        connection.execute(f"PRAGMA user_version = {CURRENT}")
    return fresh


def check(connection: "sqlite3.Connection") -> None:
    """Raise `Unreadable` for a file whose tables this version cannot read."""
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version != CURRENT:
        raise Unreadable(f"it has form {version}, known: {CURRENT}")


def _entries_apart(connection: "sqlite3.Connection") -> None:
    """From 0 to 1: a row for each entry of the policy's state.

    Version 0 kept all entries as one JSON object, so each decision wrote every container's entry.
    """
    connection.execute(TABLES["entry"])
    connection.execute(TABLES["setting"])
    for name, text in connection.execute("SELECT name, entries FROM policy_state").fetchall():
        connection.execute("INSERT INTO setting VALUES ('policy', ?)", (name,))
        try:
            entries = json.loads(text)
        except (ValueError, RecursionError):
            continue  # The policy starts anew from the containers.
        if isinstance(entries, dict):
            rows = [pair for pair in entries.items() if isinstance(pair[1], str)]
            connection.executemany("INSERT INTO entry VALUES (?, ?)", rows)
    for (data,) in connection.execute("SELECT data FROM config").fetchall():
        connection.execute("INSERT OR REPLACE INTO setting VALUES ('config', ?)", (data,))
    connection.execute("DROP TABLE policy_state")
    connection.execute("DROP TABLE config")


MIGRATIONS: tuple[Callable[["sqlite3.Connection"], None], ...] = (_entries_apart,)
"""Step n leads from version n to n + 1."""
