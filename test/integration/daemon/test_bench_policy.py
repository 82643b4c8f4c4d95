# SPDX-License-Identifier: Apache-2.0
"""What the benchmark of the policies measures is a daemon at work."""

from pathlib import Path

from bench.policy import scenes, stage
from ctl import machines

STATIC = next(scene for scene in scenes.SCENES if scene.policy == "static")


async def test_a_daemons_life_before_a_runtime_that_does_nothing(tmp_path: Path) -> None:
    """Who shares is updated once for each exclusive create and remove, and never else."""
    async with stage.on(machines.parse("1x2x4x2"), STATIC, tmp_path) as (made, client):
        first = await made.start(client)
        await made.fill(client, 3)
        shared = await made.calls(client, scenes.Kind.SHARED, 2)
        exclusive = await made.calls(client, scenes.Kind.EXCLUSIVE, 2)
        memory = made.memory()
        await made.end(client)
        again = await made.start(client)

    assert (first.where.containers, again.where.containers) == (0, 3)
    assert (first.updates, again.updates) == (0, 0)
    assert (shared.create_updates, shared.remove_updates) == (0, 0)
    assert (exclusive.create_updates, exclusive.remove_updates) == (6, 6)
    assert shared.idle == exclusive.idle == 0
    assert all(one.cpu > 0 for one in (first, again))
    assert shared.create_cpu > 0
    assert memory.peak >= memory.resident > 0
