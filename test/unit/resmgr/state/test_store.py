# SPDX-License-Identifier: Apache-2.0
"""The store: open, write, load, close."""

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from unit.resmgr.state import samples

from resmgr.state import errors, schema, takeover
from resmgr.state.changes import PutConfig, PutContainer, PutEntries, PutPod, PutPolicy, Saved
from resmgr.state.store import FILE, Counters, Store, read


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the state is to be."""
    return tmp_path / "state"


def test_what_is_written_is_there_after_a_restart(folder: Path) -> None:
    """Another store on the same folder loads what the first one wrote."""
    with Store.open(folder, now=samples.clock) as store:
        written = store.write([PutPod(samples.POD), PutPolicy("none", {"k": "1"})])
    with Store.open(folder, now=samples.clock) as store:
        saved = store.load()

    assert written
    assert saved == Saved({"p1": samples.POD}, {}, "none", {"k": "1"})
    assert (store.problems, store.notes, store.degraded) == ([], [], "")


def test_a_second_daemon_is_refused(folder: Path) -> None:
    """Two processes on one state would undo each other's work; the message has the folder."""
    with (
        Store.open(folder, now=samples.clock) as store,
        pytest.raises(errors.CannotUse, match=f"cannot use {folder}: another process"),
    ):
        Store.open(folder, now=samples.clock)

    store.close()
    Store.open(folder, now=samples.clock).close()


def test_a_refusal_lets_the_folder_go(folder: Path) -> None:
    """After a refused file the folder can be opened once the file is mended."""
    Store.open(folder, now=samples.clock).close()
    (folder / FILE).chmod(0o666)
    with pytest.raises(errors.CannotUse, match="others may write to it"):
        Store.open(folder, now=samples.clock)
    (folder / FILE).chmod(0o600)

    Store.open(folder, now=samples.clock).close()


def test_a_folder_that_cannot_be_is_refused(tmp_path: Path) -> None:
    """A file where a parent folder has to be: one message with a remedy."""
    (tmp_path / "file").touch()

    with pytest.raises(errors.CannotUse, match=r"Not a directory.*--relay-dir"):
        Store.open(tmp_path / "file" / "state", now=samples.clock)


def test_nothing_to_write_is_no_transaction(folder: Path) -> None:
    """Events without changes cost nothing."""
    with Store.open(folder, now=samples.clock) as store:
        written = store.write([])

    assert written
    assert store.counters == Counters()


def test_counters_count(folder: Path) -> None:
    """Transactions, changes, and texts that cannot be written are counted."""
    with Store.open(folder, now=samples.clock) as store:
        store.write([PutPod(samples.POD), PutConfig(None)])
        store.write([PutEntries({"a": "\ud800"})])

    assert store.counters == Counters(writes=2, changes=3, refused=1)


def test_a_closed_store_remembers_nothing_more(folder: Path) -> None:
    """Writing after the end is told, not raised, and does not touch the next holder's file."""
    store = Store.open(folder, now=samples.clock)
    store.close()

    written = store.write([PutPod(samples.POD)])

    assert not written
    assert "closed" in store.degraded
    assert read(folder) == Saved()


def test_an_older_file_is_brought_up(folder: Path) -> None:
    """A file of version 0 is read with all that it has."""
    import sqlite3  # noqa: PLC0415 - the only test here that makes a file by hand

    folder.mkdir(mode=0o710)
    old = sqlite3.connect(folder / FILE)
    old.executescript("""
        CREATE TABLE pod (id TEXT PRIMARY KEY, data TEXT NOT NULL);
        CREATE TABLE container (cache_id TEXT PRIMARY KEY, data TEXT NOT NULL);
        CREATE TABLE policy_state (name TEXT NOT NULL, entries TEXT NOT NULL);
        CREATE TABLE config (data TEXT NOT NULL);
        INSERT INTO policy_state VALUES ('static', '{"k":"1"}');
        INSERT INTO config VALUES ('{"policy":"x"}');
    """)
    old.close()
    with Store.open(folder, now=samples.clock) as store:
        saved = store.load()

    assert saved == Saved({}, {}, "static", {"k": "1"}, {"policy": "x"})
    assert store.problems == []


def test_the_originals_cache_is_taken_over_once(folder: Path) -> None:
    """Its pods come over into a new state, and it is renamed; a later one is not looked at."""
    folder.mkdir(mode=0o710)
    cache = folder / takeover.FILE
    document = {"Version": "1", "Pods": {"p1": {"Name": "web-0"}}, "PolicyName": "static"}
    cache.write_text(json.dumps(document))
    with Store.open(folder, now=samples.clock) as store:
        first = store.load()
    cache.write_text(json.dumps(document | {"Pods": {"p2": {"Name": "web-1"}}}))
    with Store.open(folder, now=samples.clock) as again:
        second = again.load()

    assert list(first.pods) == ["p1"]
    assert (first.policy_name, first.config) == ("", None)
    assert second == first
    assert store.notes == [f"took over 1 pods and 0 containers from {cache}, now cache.taken-over"]
    assert again.notes == []


def test_a_damaged_cache_does_no_harm(folder: Path) -> None:
    """It is told and left, and the store begins empty."""
    folder.mkdir(mode=0o710)
    (folder / takeover.FILE).write_text("{")
    with Store.open(folder, now=samples.clock) as store:
        saved = store.load()

    assert saved == Saved()
    assert len(store.problems) == 1
    assert "cannot take over" in store.problems[0]
    assert (folder / takeover.FILE).exists()


def test_a_checkpoint_runs_beside_writes(folder: Path) -> None:
    """Another thread moves the log into the file while this one goes on writing."""
    with Store.open(folder, now=samples.clock) as store:
        for number in range(300):
            if number % 30 == 0:
                beside = threading.Thread(target=store.checkpoint)
                beside.start()
            assert store.write([PutContainer(samples.container(f"k{number}"))])
            if number % 30 == 29:
                beside.join()
        saved = store.load()

    assert len(saved.containers) == 300
    assert store.counters.failures == 0


def test_a_checkpoint_without_writes_does_nothing(folder: Path) -> None:
    """The disk is left asleep."""
    with Store.open(folder, now=samples.clock) as store:
        store.write([PutPod(samples.POD)])
        store.checkpoint()
        before = (folder / FILE).stat().st_mtime_ns
        store.checkpoint()

        assert (folder / FILE).stat().st_mtime_ns == before
        assert store.degraded == ""


def test_reading_beside_a_daemon(folder: Path) -> None:
    """What the holder has written can be read by others."""
    with Store.open(folder, now=samples.clock) as store:
        store.write([PutPod(samples.POD)])

        assert read(folder) == Saved({"p1": samples.POD})


def test_reading_nothing_is_told(folder: Path) -> None:
    """A folder without state gives a message and is not made."""
    with pytest.raises(errors.CannotUse, match="there is none"):
        read(folder)

    assert not folder.exists()


@pytest.mark.parametrize("content", [b"garbage" * 1000, b""])
def test_reading_what_is_no_state_is_told(folder: Path, content: bytes) -> None:
    """Others' files are not read, and stay as they are."""
    folder.mkdir(mode=0o710)
    (folder / FILE).write_bytes(content)

    with pytest.raises(errors.CannotUse, match=r"cannot read .*/state\.db"):
        read(folder)

    assert (folder / FILE).read_bytes() == content


def test_sqlite_is_loaded_for_a_store_only() -> None:
    """A process that opens no store, as for `--help`, does not pay for sqlite."""
    program = "import sys, resmgr.state.store, resmgr.state.dump; print('sqlite3' in sys.modules)"
    answer = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )

    assert answer.stdout == "False\n"


def test_the_version_is_in_the_file(folder: Path) -> None:
    """The header of the file, bytes 60 to 63, has the version of the tables."""
    Store.open(folder, now=samples.clock).close()

    header = (folder / FILE).read_bytes()[:100]
    assert header.startswith(b"SQLite format 3\0")
    assert int.from_bytes(header[60:64], "big") == schema.CURRENT
