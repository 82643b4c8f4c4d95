# SPDX-License-Identifier: Apache-2.0
"""The phases, one after the other: decisions alone, whole daemons, a real containerd."""

import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from node import containerd

from ctl import machines

from . import beside, decide, results, stage
from .scenes import SCENES, Kind, Scene

MACHINES = ("2x2x14x2", "8x4x64x2")
"""Packages, NUMA nodes, cores and threads: 112 and 4096 CPUs."""

SIZES = (10, 100, 1000)


@dataclass(frozen=True, slots=True)
class Wanted:
    """How much is measured."""

    policies: Sequence[str]
    machines: Sequence[str] = MACHINES
    sizes: Sequence[int] = SIZES
    decisions: int = 200
    """Decisions of each kind beside each number of containers."""

    shared: int = 100
    """Calls through the daemon for shared containers, and for exclusive ones."""

    exclusive: int = 20
    turns: int = 100
    """Calls to a real containerd each way; none if it is not to be measured."""

    @property
    def scenes(self) -> list[Scene]:
        """The policies, in the order of `SCENES`."""
        return [scene for scene in SCENES if scene.policy in self.policies]


async def run(wanted: Wanted) -> AsyncIterator[results.Figure]:
    """Measure; figures come as they are seen."""
    for scene in wanted.scenes:
        for shape in wanted.machines:
            bench = decide.Bench(scene, machines.parse(shape))
            for decision in bench.run(wanted.sizes, wanted.decisions):
                yield decision
    with tempfile.TemporaryDirectory() as folder:
        byte_code = Path(folder)
        for scene in wanted.scenes:
            for shape in wanted.machines:
                async for figure in _whole(wanted, scene, shape, byte_code):
                    yield figure
        if wanted.turns:
            async for each in _beside(wanted, byte_code):
                yield each


async def _whole(
    wanted: Wanted, scene: Scene, shape: str, byte_code: Path
) -> AsyncIterator[results.Figure]:
    """One daemon's life: more and more containers, and then a restart."""
    async with stage.on(machines.parse(shape), scene, byte_code) as (made, client):
        # Once for the byte-code, which an installed daemon has.
        await made.start(client)
        await made.end(client)
        yield await made.start(client)
        for size in wanted.sizes:
            await made.fill(client, size)
            yield await made.calls(client, Kind.SHARED, wanted.shared)
            yield await made.calls(client, Kind.EXCLUSIVE, wanted.exclusive)
            yield made.memory()
        await made.end(client)
        yield await made.start(client)


async def _beside(wanted: Wanted, byte_code: Path) -> AsyncIterator[results.Figure]:
    with containerd.running() as runtime, tempfile.TemporaryDirectory() as folder:
        async for each in beside.measure(runtime.socket, Path(folder), byte_code, wanted.turns):
            yield each
