# SPDX-License-Identifier: Apache-2.0
"""Nodes are asked now and then, and a shoot that does not answer is left in peace."""

import asyncio
import itertools

from unit.controller import virtual_time
from unit.controller.health import shoots

from controller import node_report
from controller.health import node_loop

PERIOD = 60.0
GOOD = shoots.make_report(("n", "active", ""))
BAD = shoots.make_report(("n", "rolled-back", "why"))


class Shoots:
    """Answers for all shoots; an answer of `None` is none."""

    def __init__(self, answer: node_report.NodeReport | None = GOOD) -> None:
        self.answer = answer
        self.asked: list[tuple[float, str, str]] = []
        self.forgotten: list[str] = []
        self.first = asyncio.Event()
        self.slow = 0.0
        self.most_at_once = 0
        self._at_once = 0

    async def read(self, namespace: str, kubeconfig: str) -> node_report.NodeReport:
        """Answer."""
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        self.asked.append((asyncio.get_running_loop().time(), namespace, kubeconfig))
        self.first.set()
        await asyncio.sleep(self.slow)
        self._at_once -= 1
        if self.answer is None:
            raise node_report.NoAccess("cannot reach it")
        return self.answer

    def forget(self, namespace: str) -> None:
        """Note it."""
        self.forgotten.append(namespace)

    @property
    def times(self) -> list[float]:
        """When they were asked."""
        return [at for at, _, _ in self.asked]


class World:
    """A node loop with what is around it."""

    def __init__(self, answer: node_report.NodeReport | None = GOOD) -> None:
        self.shoots = Shoots(answer)
        self.counts: list[int | None] = []
        self.changed: list[str] = []
        self.loop = node_loop.NodeLoop(
            self.shoots, period=PERIOD, clocks=virtual_time.clocks(), observer=self
        )
        self.loop.on_change = self.changed.append

    def rolled_back(self, namespace: str, count: int | None) -> None:
        """Note what metrics are told."""
        del namespace
        self.counts.append(count)

    async def run(self, seconds: float) -> None:
        """Let time pass."""
        await virtual_time.run_for(seconds, self.loop.run())


def test_first_report() -> None:
    """A followed shoot is asked after its rest and within a period, and then has a report."""

    async def main() -> World:
        world = World(BAD)
        world.loop.follow("a", "the-kubeconfig", rest=100)
        assert world.loop.pending("a")
        assert world.loop.report("a") is None
        await world.run(100 + PERIOD)
        assert not world.loop.pending("a")
        assert world.loop.report("a") == BAD
        return world

    world = virtual_time.run(main())
    assert world.shoots.asked[0][1:] == ("a", "the-kubeconfig")
    assert 100 <= world.shoots.times[0] <= 100 + PERIOD
    assert world.changed == ["a"]
    assert world.counts == [1]


def test_regular_reports() -> None:
    """A shoot is asked once a period, and only changes are told."""

    async def main() -> World:
        world = World()
        world.loop.follow("a", "k", rest=0)
        await world.run(3600)
        world.shoots.answer = BAD
        await world.run(PERIOD)
        return world

    world = virtual_time.run(main())
    assert 60 <= len(world.shoots.asked) <= 68
    assert world.changed == ["a", "a"]
    assert world.counts[-1] == 1


def test_follow_twice() -> None:
    """Following again neither asks earlier nor drops the report, but takes a new Secret name."""

    async def main() -> World:
        world = World()
        world.loop.follow("a", "k1", rest=0)
        await world.run(PERIOD)
        world.loop.follow("a", "k2", rest=0)
        assert world.loop.report("a") == GOOD
        await world.run(PERIOD)
        return world

    assert [name for _, _, name in virtual_time.run(main()).shoots.asked] == ["k1", "k2"]


def test_forgotten() -> None:
    """A shoot that is followed no more is not asked, has no report and no number."""

    async def main() -> World:
        world = World(BAD)
        world.loop.follow("a", "k", rest=0)
        await world.run(PERIOD)
        world.loop.forget("a")
        world.loop.forget("a")
        assert world.loop.report("a") is None
        assert not world.loop.pending("a")
        await world.run(600)
        return world

    world = virtual_time.run(main())
    assert len(world.shoots.asked) == 1
    assert world.shoots.forgotten == ["a"]
    assert world.counts == [1, None]


def test_forgotten_while_asked() -> None:
    """An answer for a shoot that was forgotten meanwhile is dropped."""

    async def main() -> World:
        world = World(BAD)
        world.shoots.slow = 5
        world.loop.follow("a", "k", rest=0)
        task = asyncio.ensure_future(world.run(600))
        await world.shoots.first.wait()
        world.loop.forget("a")
        await task
        assert world.loop.report("a") is None
        return world

    world = virtual_time.run(main())
    assert world.changed == []
    assert world.counts == [None]


def test_short_outage() -> None:
    """While a shoot does not answer, its last report counts for a while."""

    async def main() -> World:
        world = World(BAD)
        world.loop.follow("a", "k", rest=0)
        await world.run(PERIOD)
        world.shoots.answer = None
        await world.run(3 * PERIOD)
        assert world.loop.report("a") == BAD
        await world.run(20 * PERIOD)
        assert world.loop.report("a") is None
        return world

    assert virtual_time.run(main()).counts[-1] is None


def test_back_off() -> None:
    """A shoot that does not answer is asked less and less often, and as usual once it does."""

    async def main() -> World:
        world = World(None)
        world.loop.follow("a", "k", rest=0)
        await world.run(6 * 3600)
        return world

    times = virtual_time.run(main()).shoots.times
    pauses = [after - before for before, after in itertools.pairwise(times)]
    assert pauses[0] <= PERIOD
    assert all(0.9 * 8 * PERIOD <= pause <= 8 * PERIOD for pause in pauses[4:])


def test_never_an_answer() -> None:
    """A first report is not expected for ever."""

    async def main() -> World:
        world = World(None)
        world.loop.follow("a", "k", rest=0)
        await world.run(PERIOD)
        assert world.loop.pending("a")
        await world.run(node_loop.REMEMBERED * PERIOD)
        assert not world.loop.pending("a")
        return world

    assert virtual_time.run(main()).changed == []


def test_bug_in_reading() -> None:
    """An unexpected error does not end the loop."""

    async def main() -> World:
        world = World()
        world.loop.follow("a", "k", rest=0)
        read = world.shoots.read

        async def broken(namespace: str, kubeconfig: str) -> node_report.NodeReport:
            await read(namespace, kubeconfig)
            raise RuntimeError("a bug")

        world.shoots.read = broken  # type: ignore[method-assign]
        await world.run(5 * PERIOD)
        return world

    assert len(virtual_time.run(main()).shoots.asked) >= 2


def test_bounded() -> None:
    """Of many slow shoots only some are asked at once, and all get their turn."""

    async def main() -> World:
        world = World()
        world.shoots.slow = 5
        for number in range(100):
            world.loop.follow(f"s{number}", "k", rest=0)
        await world.run(4 * PERIOD)
        return world

    world = virtual_time.run(main())
    assert world.shoots.most_at_once == node_loop.CONCURRENCY
    assert len({namespace for _, namespace, _ in world.shoots.asked}) == 100
