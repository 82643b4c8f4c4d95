# SPDX-License-Identifier: Apache-2.0
"""The health loop when objects go, servers are away, shoots are many."""

import asyncio
from dataclasses import replace

from unit.controller import virtual_time
from unit.controller.health import shoots
from unit.controller.health.world import BOTH_TRUE, BROKEN, FINE, World

from controller import kube
from controller.health import loop


def test_deleted_extension() -> None:
    """An Extension that goes away or is being deleted is not written to, and leaves no metrics."""

    async def main() -> World:
        world = World()
        world.add("a", conditions=BOTH_TRUE)
        world.add("b", conditions=BOTH_TRUE)
        await world.run(5)
        assert set(world.statuses) == {"a", "b"}
        world.known.forget_extension(("a", "cri-resmgr-extension"))
        dying = shoots.make_extension(
            namespace="b", version="50", deletionTimestamp=shoots.stamp(0)
        )
        world.known.put_extension(dying)
        world.break_node_part("b")
        await world.run(60)
        return world

    world = virtual_time.run(main())
    assert world.written == []
    assert world.statuses == {}
    assert world.nodes.followed == {}


def test_object_gone_under_the_write() -> None:
    """A write to an object that has just gone is no error and is not repeated in haste."""

    async def main() -> World:
        world = World()
        world.add()
        world.seed.errors = [kube.NotFound(404, "NotFound", "gone")] * 100
        await world.run(100)
        return world

    assert len(virtual_time.run(main()).written) <= 5


def test_server_away() -> None:
    """A write that the server does not take is tried again until it is taken."""

    async def main() -> World:
        world = World()
        world.add()
        world.seed.errors = [
            kube.Unavailable(503, "", "away"),
            kube.Conflict(409, "Conflict", "changed"),
            RuntimeError("a bug"),
        ]
        await world.run(60)
        return world

    assert virtual_time.run(main()).written == [FINE] * 4


def test_one_write_at_a_time() -> None:
    """News during a write wait for its end; then what is newest is written."""

    async def main() -> World:
        world = World()
        world.add()
        world.seed.slow = 10
        await_first = asyncio.ensure_future(world.run(40))
        await asyncio.sleep(2)
        world.break_node_part()
        world.loop.notify(shoots.NAMESPACE)
        await await_first
        return world

    world = virtual_time.run(main())
    assert world.written == [FINE, BROKEN]
    assert world.seed.most_at_once == 1


def test_many_shoots() -> None:
    """Many shoots are written side by side, but only so many at once."""

    async def main() -> World:
        world = World()
        world.seed.slow = 0.1
        for number in range(200):
            world.add(f"shoot--a--{number}")
        await world.run(20)
        return world

    world = virtual_time.run(main())
    assert len(world.written) == 200
    assert world.seed.most_at_once == loop.CONCURRENCY


def test_not_synced() -> None:
    """Nothing is judged on half of the facts."""

    async def main() -> World:
        world = World()
        world.ready = False
        world.add()
        await world.run(60)
        assert world.written == []
        world.ready = True
        await world.run(10)
        return world

    assert virtual_time.run(main()).written == [FINE]


def test_broken_object() -> None:
    """An object that cannot be judged does not stop the others."""

    async def main() -> World:
        world = World()
        world.add("a", conditions=[{"no": "type"}])
        world.add("b")
        await world.run(60)
        return world

    world = virtual_time.run(main())
    assert world.written == [FINE]
    assert set(world.statuses) == {"b"}


def test_foreign_conditions() -> None:
    """Conditions of others are kept, and the write names the version that it is made for."""

    async def main() -> World:
        world = World()
        world.add(conditions=[shoots.condition("SomebodyElse", "False")])
        await world.run(5)
        return world

    world = virtual_time.run(main())
    assert world.written == [{"SomebodyElse": "False"} | FINE]
    assert world.seed.patches[0][2]["metadata"] == {"resourceVersion": "10"}


def test_who_is_followed() -> None:
    """The nodes of a shoot are asked once it is set up, at the earliest a period later."""

    async def main() -> tuple[World, dict[str, tuple[str, float]]]:
        world = World()
        world.add("old", conditions=BOTH_TRUE)
        world.add("new", operation={"lastUpdateTime": shoots.stamp(0)})
        world.add("unfinished", operation={"state": "Processing"})
        await world.run(1)
        followed = dict(world.nodes.followed)
        world.known.put_cluster(shoots.make_cluster(namespace="old", hibernated=True))
        await world.run(60)
        return world, followed

    world, followed = virtual_time.run(main())
    assert followed == {
        "old": ("generic-token-kubeconfig", 0.0),
        "new": ("generic-token-kubeconfig", 59.5),
    }
    assert set(world.nodes.followed) == {"new"}


def test_running_operation_keeps_reports() -> None:
    """While a shoot is reconciled, what its nodes said is not forgotten."""

    async def main() -> World:
        world = World()
        world.add(conditions=BOTH_TRUE)
        await world.run(1)
        known = world.known.extension((shoots.NAMESPACE, "cri-resmgr-extension"))
        assert known
        assert known.last_operation
        running = replace(known.last_operation, state="Processing")
        world.known.put_extension(replace(known, last_operation=running, resource_version="90"))
        await world.run(60)
        return world

    assert set(virtual_time.run(main()).nodes.followed) == {shoots.NAMESPACE}
