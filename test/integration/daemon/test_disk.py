# SPDX-License-Identifier: Apache-2.0
"""A state folder on a disk of its own, which is full, or holds what cannot be used."""

import contextlib
import sqlite3
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from node import containerd, daemons, kubelet

from resmgr.wire.grpc import statuses

CPU = 1024


@pytest.fixture
async def small(runtime: containerd.Containerd, tmp_path: Path) -> AsyncIterator[daemons.Node]:
    """A daemon, not started yet, whose state has a disk of one megabyte."""
    disk = tmp_path / "state"
    disk.mkdir(mode=0o710)
    options = ("size=1m", "mode=0710")
    subprocess.run(["mount", "-t", "tmpfs", "-o", ",".join(options), "none", disk], check=True)
    try:
        async with daemons.node(runtime, tmp_path, daemons.STATIC, start=False) as node:
            yield node
    finally:
        subprocess.run(["umount", disk], check=True)


def fill(disk: Path) -> Path:
    """Leave no room on a disk."""
    filler = disk / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    return filler


async def test_no_room_any_more(small: daemons.Node) -> None:
    """A full disk refuses nothing and is told; what happened meanwhile is written afterwards."""
    await small.restart()
    here = small.kubelet
    shared = await here.run_pod("shared")
    many = await here.run(shared)
    filler = fill(small.daemon.state)
    alone = await here.run_pod("alone", kubelet.GUARANTEED)
    one = await here.run(alone, shares=CPU)
    await small.daemon.logged("is kept in memory")
    during = kubelet.cpus(shared, many), kubelet.cpus(alone, one)
    filler.unlink()
    await here.run_pod("next")
    await small.daemon.logged("the state is written again")
    await small.daemon.kill()
    await small.restart()
    with pytest.raises(statuses.CallError, match="cannot allocate 1 exclusive CPU"):
        await here.run(alone, "second", shares=CPU)

    assert during == ("0", "1")
    assert (kubelet.cpus(shared, many), kubelet.cpus(alone, one)) == ("0", "1")


async def test_no_room_at_the_start(small: daemons.Node) -> None:
    """The daemon serves, and places containers."""
    fill(small.daemon.state)
    await small.restart()
    alone = await small.kubelet.run_pod("alone", kubelet.GUARANTEED)
    one = await small.kubelet.run(alone, shares=CPU)
    code = await small.daemon.end()

    assert kubelet.cpus(alone, one) == "1"
    assert code == 0
    assert "is kept in memory" in small.daemon.log.read_text()


@pytest.mark.parametrize("what", ["newer", "damaged"])
async def test_a_file_that_cannot_be_used(static: daemons.Node, what: str) -> None:
    """One message, the file is kept aside, what the runtime has is known with its CPUs."""
    here = static.kubelet
    alone = await here.run_pod("alone", kubelet.GUARANTEED)
    one = await here.run(alone, shares=CPU)
    await static.daemon.end()
    path = static.daemon.state / "state.db"
    if what == "newer":
        with contextlib.closing(sqlite3.connect(path)) as database:
            database.execute("PRAGMA user_version = 1000000")
            database.commit()
    else:
        path.write_bytes(b"no database" * 1000)
    static.daemon.log.unlink()
    await static.restart()
    warnings = [
        line for line in static.daemon.log.read_text().splitlines() if str(path.name) in line
    ]
    with pytest.raises(statuses.CallError, match="cannot allocate 1 exclusive CPU"):
        await here.run(alone, "second", shares=CPU)

    assert len(warnings) == 1
    assert warnings[0].startswith("W")
    assert len(list(static.daemon.state.glob("state.db.*"))) >= 1
    assert kubelet.cpus(alone, one) == "1"
