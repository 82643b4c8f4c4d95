# SPDX-License-Identifier: Apache-2.0
"""Versions of the state file."""

import sqlite3
from collections.abc import Iterator

import pytest

from resmgr.state import errors, schema

VERSION_0 = """
CREATE TABLE pod (id TEXT PRIMARY KEY, data TEXT NOT NULL);
CREATE TABLE container (cache_id TEXT PRIMARY KEY, data TEXT NOT NULL);
CREATE TABLE policy_state (name TEXT NOT NULL, entries TEXT NOT NULL);
CREATE TABLE config (data TEXT NOT NULL);
INSERT INTO pod VALUES ('p1', '{"name":"web-0"}');
INSERT INTO container VALUES ('uid-1:main', '{"name":"main"}');
INSERT INTO policy_state VALUES ('static', '{"uid-1:main":"\\"0-1\\"","broken":7}');
INSERT INTO config VALUES ('{"policy":"Active: static"}');
"""


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    """An empty database in memory."""
    made = sqlite3.connect(":memory:", isolation_level=None)
    yield made
    made.close()


def form(connection: sqlite3.Connection) -> tuple[int, set[str]]:
    """Give version and tables of a database."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    tables = connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")
    return int(version), {row[0] for row in tables}


def rows(connection: sqlite3.Connection, table: str) -> set[tuple[str, str]]:
    """Give all rows of a table."""
    return set(connection.execute(f"SELECT * FROM {table}").fetchall())  # noqa: S608 - our name


def test_an_empty_file_gets_the_tables(connection: sqlite3.Connection) -> None:
    """A new file is of the current version, and told to be new."""
    assert schema.prepare(connection)
    assert form(connection) == (schema.CURRENT, set(schema.TABLES.values()))


def test_a_current_file_is_left_alone(connection: sqlite3.Connection) -> None:
    """The second time nothing is new."""
    schema.prepare(connection)
    before = connection.total_changes

    assert not schema.prepare(connection)
    assert connection.total_changes == before


def test_version_0_is_brought_up(connection: sqlite3.Connection) -> None:
    """Entries become rows, the configuration a setting; pods and containers stay."""
    connection.executescript(VERSION_0)

    assert not schema.prepare(connection)
    assert form(connection) == (schema.CURRENT, set(schema.TABLES.values()))
    assert rows(connection, "entry") == {("uid-1:main", '"0-1"')}
    assert rows(connection, "setting") == {
        ("policy", "static"),
        ("config", '{"policy":"Active: static"}'),
    }
    assert rows(connection, "pod") == {("p1", '{"name":"web-0"}')}
    assert rows(connection, "container") == {("uid-1:main", '{"name":"main"}')}


@pytest.mark.parametrize("entries", ["no JSON", "[]", ""])
def test_bad_entries_of_version_0_are_dropped(connection: sqlite3.Connection, entries: str) -> None:
    """The policy then starts from its containers; everything else is kept."""
    connection.executescript(VERSION_0)
    connection.execute("UPDATE policy_state SET entries = ?", (entries,))

    schema.prepare(connection)

    assert rows(connection, "entry") == set()
    assert rows(connection, "pod") == {("p1", '{"name":"web-0"}')}


def test_a_migration_is_whole_or_nothing(connection: sqlite3.Connection) -> None:
    """Rolled back, the older file is as it was, so a kill in the middle costs nothing."""
    connection.executescript(VERSION_0)
    before = form(connection)

    connection.execute("BEGIN")
    schema.prepare(connection)
    connection.execute("ROLLBACK")

    assert form(connection) == before


def test_a_newer_file_is_refused(connection: sqlite3.Connection) -> None:
    """What a later version wrote is not touched, and the message has both versions."""
    connection.execute(f"PRAGMA user_version = {schema.CURRENT + 6}")

    with pytest.raises(errors.Unreadable, match=r"newer version \(form 7, known: 1\)"):
        schema.prepare(connection)


def test_a_foreign_database_is_refused(connection: sqlite3.Connection) -> None:
    """A database with other tables is somebody else's."""
    connection.execute("CREATE TABLE bookmarks (url TEXT)")

    with pytest.raises(errors.Unreadable, match="something else"):
        schema.prepare(connection)


def test_reading_takes_the_current_version_only(connection: sqlite3.Connection) -> None:
    """A reader changes nothing, so it cannot bring an older file up."""
    connection.executescript(VERSION_0)

    with pytest.raises(errors.Unreadable, match="form 0, known: 1"):
        schema.check(connection)

    schema.prepare(connection)
    schema.check(connection)
