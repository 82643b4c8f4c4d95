# SPDX-License-Identifier: Apache-2.0
"""The health loop: it looks in time, writes what changed, and is silent otherwise."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from unit.controller import api_server, virtual_time
from unit.controller.health import shoots

from controller import extension, kube, node_report, settings, store
from controller.health import loop

PATH = (
    "/apis/extensions.gardener.cloud/v1alpha1/namespaces/{}/extensions/cri-resmgr-extension/status"
)


class Seed:
    """Takes patches of Extensions; `errors` are raised first, one a patch."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, Any]] = {}
        self.patches: list[tuple[float, str, dict[str, Any]]] = []
        self.errors: list[Exception] = []
        self.slow = 0.0
        self.most_at_once = 0
        self._at_once = 0
        self._version = 100

    async def patch(self, path: str, patch: dict[str, Any]) -> dict[str, Any]:
        """Merge a patch."""
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            await asyncio.sleep(self.slow)
        finally:
            self._at_once -= 1
        self.patches.append((asyncio.get_running_loop().time(), path, patch))
        if self.errors:
            raise self.errors.pop(0)
        self._version += 1
        result = api_server.merge(self.objects[path], patch)
        result["metadata"]["resourceVersion"] = str(self._version)
        return result


class Nodes:
    """What the nodes say; notes whom the loop asks to follow."""

    def __init__(self) -> None:
        self.followed: dict[str, tuple[str, float]] = {}
        self.reports: dict[str, node_report.NodeReport] = {}

    def follow(self, namespace: str, kubeconfig: str, *, rest: float) -> None:
        """Note it."""
        self.followed[namespace] = (kubeconfig, rest)

    def forget(self, namespace: str) -> None:
        """Note it."""
        self.followed.pop(namespace, None)

    def report(self, namespace: str) -> node_report.NodeReport | None:
        """Give what the test has put there."""
        return self.reports.get(namespace)

    def pending(self, namespace: str) -> bool:
        """Expect nothing."""
        del namespace
        return False


class World:
    """A health loop with all that is around it; `add` puts shoots there."""

    def __init__(self, config: settings.Settings | None = None) -> None:
        self.known = store.Store()
        self.seed = Seed()
        self.nodes = Nodes()
        self.statuses: dict[str, Mapping[str, str]] = {}
        self.ready = True
        self.loop = loop.HealthLoop(
            self.seed,
            self.known,
            self.nodes,
            config or settings.Settings(),
            synced=lambda: self.ready,
            clocks=virtual_time.clocks(),
            observer=self,
        )

    def health(self, namespace: str, statuses: Mapping[str, str]) -> None:
        """Note what metrics are told."""
        self.statuses[namespace] = statuses

    def gone(self, namespace: str) -> None:
        """Note what metrics are told."""
        self.statuses.pop(namespace, None)

    def add(self, namespace: str = shoots.NAMESPACE, **more: Any) -> None:
        """Put a healthy shoot there and tell the loop."""
        raw = shoots.raw_extension(namespace=namespace, **more)
        self.seed.objects[PATH.format(namespace)] = raw
        self.known.put_extension(extension.parse(raw))
        self.known.put_cluster(shoots.make_cluster(namespace=namespace))
        for name in (shoots.NODE, shoots.MONITORING):
            self.known.put_managed(shoots.make_resource(name, namespace=namespace))
        self.loop.notify(namespace)

    def break_node_part(self, namespace: str = shoots.NAMESPACE, version: str = "21") -> None:
        """Let the resource manager find the node part unhealthy, without telling the loop."""
        bad = shoots.make_resource(namespace=namespace, version=version, ResourcesHealthy="False")
        self.known.put_managed(bad)

    async def run(self, seconds: float) -> None:
        """Let time pass."""
        await virtual_time.run_for(seconds, self.loop.run())

    @property
    def written(self) -> list[dict[str, str]]:
        """What was written, in order: status by condition type."""
        return [
            {item["type"]: item["status"] for item in patch["status"]["conditions"]}
            for _, _, patch in self.seed.patches
        ]


FINE = {shoots.SYSTEM: "True", shoots.OBSERVABILITY: "True"}
BROKEN = FINE | {shoots.SYSTEM: "False"}
BOTH_TRUE = [shoots.condition(shoots.SYSTEM), shoots.condition(shoots.OBSERVABILITY)]


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
