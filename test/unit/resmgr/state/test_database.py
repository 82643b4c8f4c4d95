# SPDX-License-Identifier: Apache-2.0
"""The state file: rows, transactions, the log."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from unit.resmgr.state import samples

from resmgr.state import database, errors
from resmgr.state.changes import (
    Change,
    DropContainer,
    PutConfig,
    PutContainer,
    PutEntries,
    PutPod,
    PutPolicy,
    Saved,
)

EVERYTHING: tuple[Change, ...] = (
    PutPod(samples.POD),
    PutContainer(samples.CONTAINER),
    PutPolicy("static", {"a": "1", "b": "2"}),
    PutEntries({"a": None, "c": "3"}),
    PutConfig({"policy": "Active: static"}),
)

SAVED = Saved(
    {"p1": samples.POD},
    {"uid-1:main": samples.CONTAINER},
    "static",
    {"b": "2", "c": "3"},
    {"policy": "Active: static"},
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the file is to be."""
    return tmp_path / "state.db"


@pytest.fixture
def opened(path: Path) -> Iterator[database.Database]:
    """A new file, open."""
    made = database.Database.open(path, tuple)
    yield made
    made.close()


def steps(opened: database.Database, change: Change) -> int:
    """Count sqlite's own steps of writing a change, which no other load of the machine changes."""
    count = 0

    def one_more() -> None:
        nonlocal count
        count += 1

    connection = opened._connection
    connection.set_progress_handler(one_more, 1)
    opened.write([change])
    connection.set_progress_handler(None, 1)
    return count


def test_what_is_written_is_loaded(opened: database.Database) -> None:
    """Every kind of change has its effect."""
    refused = opened.write(EVERYTHING)

    assert refused == 0
    assert opened.load() == (SAVED, ())


def test_a_new_file_is_empty(opened: database.Database) -> None:
    """Nothing is remembered at first."""
    assert opened.load() == (Saved(), ())


def test_what_is_dropped_is_gone(opened: database.Database) -> None:
    """A dropped container is not loaded any more, the pod is."""
    opened.write(EVERYTHING)

    opened.write([DropContainer("uid-1:main")])

    assert opened.load()[0].containers == {}
    assert opened.load()[0].pods == SAVED.pods


def test_a_new_file_begins_with_what_is_given(path: Path) -> None:
    """The first content is asked for once, for a new file only."""
    for first in ([PutPod(samples.POD)], [PutConfig({})]):
        opened = database.Database.open(path, lambda given=first: given)  # type: ignore[misc]
        assert opened.load()[0] == Saved({"p1": samples.POD})
        opened.close()


def test_only_its_owner_reads_the_file(opened: database.Database, path: Path) -> None:
    """Environment variables of containers stand in it and in the log."""
    opened.write(EVERYTHING)

    names = {one.name: one.stat().st_mode & 0o777 for one in path.parent.iterdir()}
    assert names == {"state.db": 0o600, "state.db-wal": 0o600, "state.db-shm": 0o600}


@pytest.mark.parametrize(
    "change",
    [
        PutContainer(samples.container("k5", attempt=1)),
        PutEntries({"k5": "1"}),
        PutPod(samples.POD),
        DropContainer("k5"),
    ],
)
def test_a_write_costs_the_same_whatever_is_there(tmp_path: Path, change: Change) -> None:
    """A change makes sqlite take as many steps with 1,000 containers as with 10."""
    counted = []
    for number in (10, 1000):
        opened = database.Database.open(tmp_path / f"{number}.db", tuple)
        for index in range(number):
            opened.write(
                [PutContainer(samples.container(f"k{index}")), PutEntries({f"k{index}": "0"})]
            )
        counted.append(steps(opened, change))
        opened.close()

    assert 0 < counted[0] == counted[1]


def test_a_transaction_is_whole_or_nothing(opened: database.Database) -> None:
    """When the last change of a transaction fails, none of it is written."""
    connection = opened._connection
    connection.execute(
        "CREATE TEMP TRIGGER full BEFORE INSERT ON setting BEGIN SELECT RAISE(ABORT, 'full'); END"
    )

    with pytest.raises(errors.Trouble, match="full"):
        opened.write(EVERYTHING)

    assert opened.load() == (Saved(), ())


def test_text_that_is_no_unicode_is_left_out(opened: database.Database) -> None:
    """It could never be written, so it must not keep everything else from being written."""
    bad = PutEntries({"a": "1", "b": "\ud800", "\ud800": "3"})

    refused = opened.write([bad, PutPod(samples.POD)])

    assert refused == 2
    assert opened.load()[0] == Saved({"p1": samples.POD}, policy={"a": "1"})


def test_a_bad_row_costs_that_row(opened: database.Database) -> None:
    """What cannot be read is told; everything else is loaded."""
    opened.write(EVERYTHING)
    opened._connection.execute("INSERT INTO container VALUES ('bad', 'no JSON')")
    opened._connection.execute("UPDATE setting SET value = x'ff' WHERE name = 'config'")

    saved, problems = opened.load()

    assert saved == Saved(SAVED.pods, SAVED.containers, "static", SAVED.policy, None)
    assert [one.partition(": ")[0] for one in problems] == [
        "cannot read what is remembered of container bad",
        "cannot read what is remembered of the configuration",
    ]


def test_readers_see_what_is_written(opened: database.Database, path: Path) -> None:
    """Another process reads the file while it is being written."""
    reader = database.Database.open_reading(path)
    before = reader.load()[0]
    opened.write(EVERYTHING)
    reader.close()
    reader = database.Database.open_reading(path)

    assert before == Saved()
    assert reader.load() == (SAVED, ())
    reader.close()


def test_readers_write_nothing(path: Path) -> None:
    """Reading a file that nobody holds leaves nothing behind, and writing is not possible."""
    opened = database.Database.open(path, lambda: EVERYTHING)
    opened.close()
    reader = database.Database.open_reading(path)
    saved = reader.load()

    with pytest.raises(errors.Trouble, match="readonly"):
        reader.write([PutConfig(None)])

    reader.close()
    assert saved == (SAVED, ())
    assert [one.name for one in path.parent.iterdir()] == ["state.db"]


def test_a_missing_file_is_not_made_for_a_reader(path: Path) -> None:
    """Reading makes no file."""
    with pytest.raises(errors.Trouble):
        database.Database.open_reading(path)

    assert not path.exists()


def test_a_checkpoint_empties_the_log(opened: database.Database, path: Path) -> None:
    """Afterwards the file itself has everything."""
    opened.write(EVERYTHING)

    database.checkpoint(path)

    alone = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
    assert alone.execute("SELECT key FROM entry").fetchall() == [("b",), ("c",)]
    alone.close()


def test_a_checkpoint_makes_no_file(path: Path) -> None:
    """Where there is no file there is nothing to do."""
    with pytest.raises(errors.Trouble):
        database.checkpoint(path)

    assert not path.exists()


def test_garbage_is_no_state_file(path: Path) -> None:
    """A file of something else is told apart from a disk that fails."""
    path.write_bytes(b"garbage" * 1000)

    with pytest.raises(errors.Unreadable):
        database.Database.open(path, tuple)


def test_a_folder_that_is_gone_is_trouble(tmp_path: Path) -> None:
    """It may come back."""
    with pytest.raises(errors.Trouble):
        database.Database.open(tmp_path / "gone" / "state.db", tuple)
