# SPDX-License-Identifier: Apache-2.0
"""Disks that are full or fail: nothing is refused, nothing is forgotten while we live."""

import contextlib
import os
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from unit.resmgr.state import samples

from resmgr.state import database
from resmgr.state.changes import DropPod, PutConfig, PutContainer, PutPod, Saved
from resmgr.state.store import FILE, Store, read

PUT = PutPod(samples.POD)
ONE = Saved({"p1": samples.POD})


@contextlib.contextmanager
def failing_disk() -> Iterator[None]:
    """Let no file of this process grow beyond one page: writes fail as on a bad disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the state is to be."""
    return tmp_path / "state"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 1 MiB of its own; needs the right to mount."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m,mode=710", "state-test", str(disk)]
    if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.fail("cannot test a full disk: a small one needs root and the right to mount")
    yield disk
    # Lazily: a test that failed may have left a file open.
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def reading(folder: Path) -> database.Database:
    """Open the state as those do who only read it."""
    return database.Database.open_reading(folder / FILE)


def fill(disk: Path) -> Path:
    """Fill a disk to the last byte; give the file that does it."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))
    return filler


def test_what_cannot_be_written_is_remembered(folder: Path) -> None:
    """A failing disk is told, and the state is whole all the same."""
    with Store.open(folder, now=samples.clock) as store:
        store.write([PutConfig({})])
        with failing_disk():
            written = store.write([PUT])
            saved = store.load()

            assert not written
            assert saved == Saved({"p1": samples.POD}, config={})
            assert store.degraded.startswith(f"cannot use {folder / FILE}: ")
            assert store.counters.pending == 1
            assert store.counters.failures == 1


def test_the_next_write_takes_along_what_waits(folder: Path) -> None:
    """Once the disk works again the order is kept: what was dropped later stays dropped."""
    with Store.open(folder, now=samples.clock) as store:
        with failing_disk():
            store.write([PUT, PutPod(samples.POD)])
            store.write([DropPod("p1"), PutContainer(samples.CONTAINER)])
        written = store.write([PutConfig({"a": "b"})])

        assert written
        assert store.degraded == ""
        assert store.counters.pending == 0
        assert read(folder) == Saved({}, {"uid-1:main": samples.CONTAINER}, config={"a": "b"})


def test_flush_tries_again(folder: Path) -> None:
    """Without a further change, `flush` writes what waits."""
    with Store.open(folder, now=samples.clock) as store:
        with failing_disk():
            store.write([PUT])
            early = store.flush()
        late = store.flush()

        assert (early, late) == (False, True)
        assert read(folder) == ONE


def test_flush_tells_that_the_disk_works_again(folder: Path) -> None:
    """Even when nothing waits, a store that began on a failing disk recovers."""
    with failing_disk():
        store = Store.open(folder, now=samples.clock)
    before = store.degraded

    recovered = store.flush()

    assert before
    assert recovered
    assert store.degraded == ""
    store.close()


def test_closing_tries_again(folder: Path) -> None:
    """The last chance is taken."""
    with Store.open(folder, now=samples.clock) as store, failing_disk():
        store.write([PUT])

    assert read(folder) == ONE


def test_a_store_can_begin_on_a_failing_disk(folder: Path) -> None:
    """Where not even the file can be made, the daemon starts, and the file comes later."""
    with failing_disk():
        store = Store.open(folder, now=samples.clock)
        started = store.degraded
        written = store.write([PUT])
        saved = store.load()
    later = store.flush()
    store.close()

    assert started
    assert not written
    assert saved == ONE
    assert later
    assert read(folder) == ONE


@pytest.mark.parametrize("clean", [True, False], ids=["after-stop", "after-kill"])
def test_a_start_on_a_full_disk_knows_what_was_written(small_disk: Path, *, clean: bool) -> None:
    """Policy, configuration and containers are read though sqlite has no room for its index."""
    folder = small_disk / "state"
    store = Store.open(folder, now=samples.clock)
    store.write([PUT, PutConfig({"policy": "Active: static"})])
    # The last one to close tidies the log away; one who only reads cannot.
    reader = contextlib.nullcontext() if clean else contextlib.closing(reading(folder))
    with reader:
        store.close()
    filler = fill(small_disk)
    again = Store.open(folder, now=samples.clock)
    again.write([PutContainer(samples.CONTAINER)])
    saved = again.load()
    told = again.degraded
    filler.unlink()
    later = again.flush()
    again.close()

    assert saved == Saved(
        {"p1": samples.POD},
        {"uid-1:main": samples.CONTAINER},
        config={"policy": "Active: static"},
    )
    assert "(0 bytes are left on the disk)" in told
    assert later
    assert read(folder) == saved


def test_a_disk_that_fills_up_loses_nothing(small_disk: Path) -> None:
    """Changes go on while the disk is full; when there is room the file has all of them."""
    with Store.open(small_disk / "state", now=samples.clock) as store:
        filler = fill(small_disk)
        answers = {
            store.write([PutContainer(samples.container(f"k{number}"))]) for number in range(200)
        }
        filler.unlink()
        written = store.write([PUT])

        assert False in answers
        assert written
        assert set(read(small_disk / "state").containers) == {f"k{one}" for one in range(200)}
        assert store.counters.pending == 0


def test_a_full_disk_holds_up_no_move_of_the_log(small_disk: Path) -> None:
    """A checkpoint that finds no room says nothing and loses nothing."""
    folder = small_disk / "state"
    with Store.open(folder, now=samples.clock) as store:
        store.write([PutContainer(samples.container(f"k{number}")) for number in range(50)])
        filler = fill(small_disk)
        store.checkpoint()

        assert len(store.load().containers) == 50
        filler.unlink()
        store.checkpoint()
        assert store.write([PUT])
        assert len(read(folder).containers) == 50


def remount(disk: Path, mode: str) -> None:
    """Make a disk read-only (`ro`) or writable (`rw`)."""
    subprocess.run(["mount", "-o", f"remount,{mode}", str(disk)], check=True)


@pytest.mark.parametrize("known", [True, False], ids=["state", "no-folder"])
def test_a_start_on_a_read_only_disk_is_a_start(small_disk: Path, *, known: bool) -> None:
    """What is there is read; where not even the folder can be made, all waits in memory."""
    folder = small_disk / "state"
    if known:
        with Store.open(folder, now=samples.clock) as store:
            store.write([PutConfig({"a": "b"})])
    remount(small_disk, "ro")
    with Store.open(folder, now=samples.clock) as store:
        written = store.write([PUT])
        saved = store.load()
        told = store.degraded
        remount(small_disk, "rw")
        later = store.flush()

    assert saved == Saved({"p1": samples.POD}, config={"a": "b"} if known else None)
    assert not written
    assert "Read-only file system" in told
    assert later
    assert read(folder) == saved
