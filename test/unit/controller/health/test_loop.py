# SPDX-License-Identifier: Apache-2.0
"""The health loop: it looks in time, writes what changed, and is silent otherwise."""

from unit.controller import virtual_time
from unit.controller.health import shoots
from unit.controller.health.world import BOTH_TRUE, BROKEN, FINE, World


def test_first_conditions() -> None:
    """Both conditions go out in one write, soon after the news."""

    async def main() -> World:
        world = World()
        world.add()
        await world.run(2)
        return world

    world = virtual_time.run(main())
    assert world.written == [FINE]
    assert world.statuses == {shoots.NAMESPACE: FINE}


def test_idle() -> None:
    """Where nothing happens, nothing is written, though the watch lags behind our own write."""

    async def main() -> World:
        world = World()
        world.add()
        await world.run(3600)
        return world

    assert virtual_time.run(main()).written == [FINE]


def test_restart() -> None:
    """A start with objects that are as they should be writes nothing."""

    async def main() -> World:
        world = World()
        for number in range(100):
            world.add(f"shoot--a--{number}", conditions=BOTH_TRUE)
        await world.run(120)
        return world

    world = virtual_time.run(main())
    assert world.written == []
    assert len(world.statuses) == 100


def test_news_come_soon() -> None:
    """A change is written within a second; several at once make one write."""

    async def main() -> World:
        world = World()
        world.add(conditions=BOTH_TRUE)
        await world.run(5)
        world.break_node_part()
        for _ in range(10):
            world.loop.notify(shoots.NAMESPACE)
        await world.run(1)
        return world

    assert virtual_time.run(main()).written == [BROKEN]


def test_regular_look() -> None:
    """What nobody gave notice of is seen at the next regular look, within a period."""

    async def main() -> World:
        world = World()
        world.add(conditions=BOTH_TRUE)
        await world.run(5)
        world.break_node_part()
        await world.run(30)
        return world

    assert virtual_time.run(main()).written == [BROKEN]


def test_recovery() -> None:
    """A condition comes back when its cause is gone."""

    async def main() -> World:
        world = World()
        world.add(conditions=BOTH_TRUE)
        world.break_node_part()
        await world.run(5)
        world.known.put_managed(shoots.make_resource(version="22"))
        await world.run(60)
        return world

    assert virtual_time.run(main()).written == [BROKEN, FINE]


def test_threshold() -> None:
    """A node that was rolled back turns the condition False after its threshold."""

    async def main() -> World:
        world = World()
        world.add(conditions=BOTH_TRUE)
        world.nodes.reports[shoots.NAMESPACE] = shoots.make_report(("n", "rolled-back", "why"))
        await world.run(300)
        return world

    world = virtual_time.run(main())
    assert world.written == [FINE | {shoots.SYSTEM: "Progressing"}, BROKEN]
    assert 60 <= world.seed.patches[1][0] - world.seed.patches[0][0] <= 60 + 31


def test_hibernated() -> None:
    """A hibernated shoot is written once and looked at only after news."""

    async def main() -> World:
        world = World()
        world.add(conditions=BOTH_TRUE)
        world.known.put_cluster(shoots.make_cluster(hibernated=True))
        world.break_node_part()
        await world.run(300)
        world.known.put_cluster(shoots.make_cluster())
        await world.run(300)
        assert len(world.written) == 1
        world.loop.notify(shoots.NAMESPACE)
        await world.run(5)
        return world

    assert virtual_time.run(main()).written == [FINE, BROKEN]
