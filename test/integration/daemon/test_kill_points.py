# SPDX-License-Identifier: Apache-2.0
"""SIGKILL at each point of a CreateContainer that takes a CPU from under another container."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from node import containerd, daemons, deaths, kernel, kubelet, placements
from node.placements import CPU

from resmgr.wire.grpc import codes, statuses

NAME = "dying"
AWARE = next(case for case in placements.CASES if case.name == "topology-aware")


@dataclass(frozen=True)
class AtWrite:
    """When something about the container is written: the first time, or the second."""

    number: int
    before: bool
    landed: bool
    """Whether the runtime has the container then."""


@dataclass(frozen=True)
class AtCall:
    """When the runtime is called: before it hears of it, or when it is `done`."""

    method: str
    done: bool
    landed: bool


POINTS: Mapping[str, AtWrite | AtCall] = {
    "before it is remembered that it is created": AtWrite(1, before=True, landed=False),
    "when that is remembered": AtWrite(1, before=False, landed=False),
    "before the other one hears": AtCall("UpdateContainerResources", done=False, landed=False),
    "when that has made room": AtCall("UpdateContainerResources", done=True, landed=False),
    "before the runtime hears of it": AtCall("CreateContainer", done=False, landed=False),
    "when the runtime has made it": AtCall("CreateContainer", done=True, landed=True),
    "before that is remembered": AtWrite(2, before=True, landed=True),
    "before the kubelet is answered": AtWrite(2, before=False, landed=True),
}


class Scene:
    """Somebody who shares, and a pod for a container that is to be created."""

    def __init__(self, node: daemons.Node, other: deaths.Between) -> None:
        """Run nothing yet."""
        self.node, self.between, self.here = node, other, node.kubelet

    async def prepare(self) -> None:
        """Run both pods."""
        self.shared = await self.here.run_pod("shared")
        self.many = await self.here.run(self.shared)
        self.alone = await self.here.run_pod("alone", kubelet.GUARANTEED)

    async def cut(self) -> None:
        """Create it, which the daemon does not outlive."""
        config = self.here.container_config(NAME, shares=CPU)
        with contextlib.suppress(statuses.CallError):
            await self.here.create(self.alone, config)
        assert self.node.daemon.child is not None
        assert await self.node.daemon.ended() == -9

    async def again(self) -> tuple[str, bool]:
        """Restart, and do as a kubelet: create it unless it is there, start it.

        Gives its id, and whether it was there.
        """
        self.node.daemon.prelude = ""
        await self.node.restart()
        found = [
            one.id for one in await self.here.containers() if one.pod_sandbox_id == self.alone.id
        ]
        assert len(found) <= 1
        config = self.here.container_config(NAME, shares=CPU, attempt=1)
        container = found[0] if found else await self.here.create(self.alone, config)
        await self.here.start(container)
        return container, bool(found)

    async def is_sound(self, container: str) -> None:
        """Nobody is lost, the CPU is of one container, another start moves nobody."""
        alone, shared = self.alone, self.shared
        await daemons.until_cpus(shared, self.many, AWARE.beside)
        assert kernel.cpus(shared, self.many) == AWARE.beside
        assert kernel.cpus(alone, container) == kubelet.cpus(alone, container) == AWARE.alone
        with pytest.raises(statuses.CallError) as refused:
            await self.here.run(alone, "second", shares=CPU)
        assert refused.value.status.code is codes.Code.RESOURCE_EXHAUSTED
        there = {one.id for one in await self.node.past.containers()}
        assert there == {self.many, container}

        await self.node.daemon.kill()
        self.between.heard.clear()
        await self.node.restart()
        other = await self.here.run_pod("other")
        await self.here.create(other, self.here.container_config("later"))
        assert self.between.heard == ["CreateContainer"]
        assert kernel.cpus(alone, container) == AWARE.alone


@pytest.fixture
async def scene(runtime: containerd.Containerd, tmp_path: Path) -> AsyncIterator[Scene]:
    """A daemon with policy topology-aware, and somebody between it and the runtime."""
    async with (
        deaths.between(tmp_path, runtime.socket) as other,
        placements.opened(runtime, tmp_path, AWARE, upstream=other.path) as node,
    ):
        made = Scene(node, other)
        await made.prepare()
        yield made


@pytest.mark.parametrize("point", POINTS.values(), ids=POINTS)
async def test_a_kill(scene: Scene, point: AtWrite | AtCall) -> None:
    """What is remembered and what the runtime has become one at the next start."""
    match point:
        case AtWrite(number, before):
            await scene.node.daemon.end()
            scene.node.daemon.prelude = deaths.at_write(NAME, number, before=before)
            await scene.node.restart()
        case AtCall(method, done):
            scene.between.arm(scene.node.daemon, method, done=done)
    await scene.cut()
    container, landed = await scene.again()

    assert landed == point.landed
    await scene.is_sound(container)
