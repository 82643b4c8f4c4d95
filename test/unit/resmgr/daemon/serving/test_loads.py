# SPDX-License-Identifier: Apache-2.0
"""Load is measured for those who want to know."""

import asyncio
from pathlib import Path

from resmgr.daemon.serving import loads
from resmgr.engine import events


class Follows:
    """A policy that follows load."""

    def loaded(self, state: object, load: object) -> None:
        """Never asked here."""


class Engine:
    """Whoever has a policy."""

    policy: object = Follows()


def write(path: Path, busy: int, idle: int) -> None:
    """Write what the kernel counts for CPU 3."""
    path.write_text(f"cpu {busy} 0 0 {idle} 0\ncpu3 {busy} 0 0 {idle} 0\n")


def test_two_looks_make_a_measurement(tmp_path: Path) -> None:
    """The first one says nothing yet."""
    seen: list[object] = []
    path = tmp_path / "stat"
    meter = loads.Meter(path, Engine(), seen.append)
    for busy, idle in ((10, 10), (20, 40), (60, 60)):
        write(path, busy, idle)
        meter.look()

    assert seen == [events.LoadMeasured({3: 250}), events.LoadMeasured({3: 666})]


def test_nothing_is_measured_for_others(tmp_path: Path) -> None:
    """Nor is what was seen before they were active compared with what comes after."""
    seen: list[object] = []
    path, engine = tmp_path / "stat", Engine()
    meter = loads.Meter(path, engine, seen.append)
    write(path, 10, 10)
    meter.look()
    engine.policy = object()
    meter.look()
    engine.policy = Follows()
    meter.look()

    assert seen == []


def test_a_file_that_is_not_there_says_nothing(tmp_path: Path) -> None:
    """It may be there the next time."""
    seen: list[object] = []
    meter = loads.Meter(tmp_path / "stat", Engine(), seen.append)
    meter.look()
    write(tmp_path / "stat", 1, 1)
    meter.look()

    assert seen == []


async def test_it_is_done_again_and_again(tmp_path: Path) -> None:
    """With the interval for rebalancing, if there is one."""
    seen: list[object] = []
    rung = asyncio.Event()
    (tmp_path / "proc").mkdir()
    write(tmp_path / "proc/stat", 1, 1)

    def take(event: object) -> None:
        seen.append(type(event))
        if {events.Rebalance, events.LoadMeasured} <= set(seen):
            rung.set()

    loop = asyncio.get_running_loop()
    made = loads.timers(loop, str(tmp_path), 0.001, Engine(), take)
    async with asyncio.timeout(10):
        await rung.wait()
    for one in made:
        one.stop()
