# SPDX-License-Identifier: Apache-2.0
"""The page of metrics with what collectors read."""

import asyncio
import logging
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from unit.resmgr.collect import trees
from unit.resmgr.sysfs import trees as machines

from resmgr.collect.reader import Failure, Part
from resmgr.daemon.command import flags
from resmgr.daemon.configuring import policies, settings
from resmgr.daemon.records import gather, metrics, numbers
from resmgr.engine.engine import Engine
from resmgr.policy import constraints
from resmgr.samples import Metric, Samples
from resmgr.state.changes import Saved

UP = Samples(Metric("up", "gauge", "Up.", ("name",)), [(("a",), 1.0)])
POOLS = Samples(Metric("pools", "counter", "Pools."), [((), 3)])
BAD = Failure("up", "cannot read /x: no")


@dataclass
class World:
    """What is read, and what it is told to be next."""

    reading: Sequence[Part] = ()
    samples: Sequence[Samples] = ()
    reads: int = 0
    pauses: int = 0
    thread: threading.Thread | None = None
    error: Exception | None = None
    go: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        """Nobody has to wait unless a test says so."""
        self.go.set()
        self.failures = metrics.Counter("failures", "Failures.", ("collector",))
        self.gatherer = gather.Gatherer(
            [self.failures], self.failures, self.read, self.ask, self.pause
        )

    def pause(self) -> None:
        """Count."""
        self.pauses += 1

    def read(self) -> Iterator[Part]:
        """Read as a collector does."""
        self.go.wait(10)
        self.reads += 1
        self.thread = threading.current_thread()
        if self.error is not None:
            raise self.error
        yield from self.reading

    def ask(self) -> Sequence[Samples]:
        """Ask the policy."""
        if self.error is not None:
            raise self.error
        return self.samples

    async def lines(self) -> list[str]:
        """Give the page's lines that are no comments."""
        lines = (await self.gatherer.page()).decode().splitlines()
        return [line for line in lines if not line.startswith("#")]


async def test_everything_is_on_the_page() -> None:
    """Our own counters, the policy's metrics, and what was read, in a thread."""
    world = World([Part((UP,))], (POOLS,))
    world.failures.add("x")
    lines = await world.lines()

    assert lines == ['failures{collector="x"} 1', "pools 3", 'up{name="a"} 1']
    assert world.thread is not threading.current_thread()


async def test_lines_of_one_metric_stand_together() -> None:
    """However containers come; between two of them the event loop has its turn."""
    down = Samples(Metric("down", "gauge", "Down."), [((), 0)])
    again = Samples(UP.metric, [(("b",), 2.0)])
    world = World([Part((UP, down)), Part((again,))])
    page = (await world.gatherer.page()).decode()

    assert page.endswith(
        "# HELP up Up.\n# TYPE up gauge\n"
        'up{name="a"} 1\nup{name="b"} 2\n'
        "# HELP down Down.\n# TYPE down gauge\ndown 0\n"
    )
    assert world.pauses == 2


async def test_who_asks_meanwhile_gets_the_same_reading() -> None:
    """Many who ask cost no more than one; who goes away takes nothing from the others."""
    world = World([Part((UP,))])
    world.go.clear()
    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(world.lines()) for _ in range(5)]
        await asyncio.sleep(0)
        asked[0].cancel()
        world.go.set()
    after = await world.lines()

    assert [task.cancelled() for task in asked] == [True, *[False] * 4]
    assert {line for task in asked[1:] for line in task.result()} == set(after)
    assert world.reads == 2


async def test_the_loop_goes_on_while_files_are_read() -> None:
    """A reading that hangs holds nobody up."""
    world = World([Part((UP,))])
    world.go.clear()
    async with asyncio.TaskGroup() as group:
        asked = group.create_task(world.lines())
        for _ in range(100):
            await asyncio.sleep(0)
        waiting = not asked.done()
        world.go.set()

    assert waiting
    assert asked.result() == ['up{name="a"} 1']


async def test_a_failure_is_counted_always_and_told_once(caplog: pytest.LogCaptureFixture) -> None:
    """Until it is over: the next one is news again."""
    caplog.set_level(logging.WARNING)
    world = World([Part((UP,), (BAD,))])
    shown = [await world.lines(), await world.lines()]
    told = len(caplog.records)
    world.reading = [Part((UP,))]
    await world.lines()
    world.reading = [Part((UP,), (BAD,))]
    await world.lines()

    assert shown[1] == ['failures{collector="up"} 2', 'up{name="a"} 1']
    assert told == 1
    assert caplog.messages == ["up: cannot read /x: no; the metric is incomplete"] * 2
    assert world.failures.values == {("up",): 3}


async def test_whatever_fails_the_page_is_there(caplog: pytest.LogCaptureFixture) -> None:
    """A collector that raises, and a policy that does."""
    world = World(error=ValueError("odd"))
    await world.lines()
    lines = await world.lines()

    assert lines == ['failures{collector="cgroupstats"} 2', 'failures{collector="policyMetrics"} 2']
    assert len(caplog.records) == 2


@dataclass(frozen=True)
class Measured:
    """A policy's part that has metrics."""

    def metrics(self, state: int) -> Sequence[Samples]:
        """Show the state."""
        return [Samples(POOLS.metric, [((), state)])]


def test_a_policy_with_metrics_is_asked() -> None:
    """With its state; others have none."""
    plain = policies.make(settings.Policy(), machines.Tree().machine(), constraints.Cgroups())
    (samples,) = gather.of_policy(Measured(), 7)  # type: ignore[arg-type]

    assert samples.values == [((), 7)]
    assert gather.of_policy(plain, None) == ()


async def test_the_flags_say_where_cgroups_are(tmp_path: Path) -> None:
    """The daemon's own page has what containers there have."""
    trees.first(tmp_path / "v1", trees.CGROUPFS)
    trees.second(tmp_path / "v2")
    for unwanted in ("hugetlb", "blkio"):
        (tmp_path / "v1" / unwanted).rename(tmp_path / unwanted)
    words = [f"--cgroup-path={tmp_path / 'v1'}", f"--cgroup-v2-dir={tmp_path / 'v2'}"]
    policy = policies.make(settings.Policy(), machines.Tree().machine(), constraints.Cgroups())
    made = gather.make(numbers.Numbers(), flags.read(words, {}, uid=0), Engine(policy, Saved()))
    page = (await made.page()).decode()

    assert f'cgroup_memory_usage{{container_id="{trees.A}",type="Bytes"}} 4096\n' in page
    assert f'cgroup_hugetlb_usage{{container_id="{trees.A}",size="2MB",type="Bytes"}}' in page
    assert "cgroup_memory_migrate" in page
