# SPDX-License-Identifier: Apache-2.0
"""Another policy, a restart, a release: where the kernel holds containers that run on meanwhile."""

from collections.abc import Mapping

import pytest
from numa import filesystem, layout, node

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(600)]

FORM = layout.FOUR_NODES
NODES = FORM.cpus_by_node()
TYPES = [{"Name": "two", "MaxCPUs": 2}, {"Name": "five", "MaxCPUs": 5}]
BALLOONS = {**node.TOPOLOGY_AWARE, "Active": "balloons", "balloons": {"BalloonTypes": TYPES}}
EVERYTHING = node.Held(frozenset(range(FORM.cpus)), frozenset(range(len(FORM.nodes))))
RESERVED = node.Held(frozenset({0}), frozenset({0}))
SOCKETS = ({0, 1}, {2, 3})


def apart(held: Mapping[str, node.Held]) -> bool:
    """Whether nobody may run on the CPUs of the two that have theirs for themselves."""
    return all(
        not held[alone].cpus & held[other].cpus
        for alone in ("two", "five")
        for other in held.keys() - {alone}
    )


async def test_a_restart_moves_nobody(here: node.Node, placed: node.Containers) -> None:
    """After a kill of the daemon and a new start CPUs, memory and processes are the same."""
    before, lives = await here.all_held(placed), await here.lives(placed)
    await here.end("KILL")
    await here.again()

    assert await here.all_held(placed) == before
    assert await here.lives(placed) == lives


async def test_balloons_and_back(here: node.Node, placed: node.Containers) -> None:
    """Balloons hold them otherwise, near together as well; then the first policy does again."""
    before, lives = await here.all_held(placed), await here.lives(placed)
    refused = await here.give(BALLOONS)
    held = await here.settled(
        placed,
        lambda now: (
            now["shared"] == now["fast"] == RESERVED
            and len(now["two"].mems) == 1
            and not now["two"].cpus & now["five"].cpus
        ),
    )
    refused_back = await here.give(node.TOPOLOGY_AWARE)
    after = await here.settled(
        placed,
        lambda now: RESERVED not in now.values() and apart(now) and now["fast"] == before["fast"],
    )

    assert (refused, refused_back) == ("", "")
    assert RESERVED not in before.values()
    assert held["shared"] == held["fast"] == RESERVED
    assert apart({name: held[name] for name in ("two", "five")})
    assert len(held["two"].cpus) == 2
    assert held["two"].cpus <= NODES[min(held["two"].mems)]
    assert len(held["five"].cpus) == 5
    assert held["five"].mems in SOCKETS
    assert held["five"].cpus <= frozenset().union(*(NODES[of] for of in held["five"].mems))
    assert RESERVED not in after.values()
    assert apart(after)
    assert after["fast"] == before["fast"]
    assert await here.lives(placed) == lives


async def test_a_release_gives_everything_back(here: node.Node, placed: node.Containers) -> None:
    """Without a daemon all may run everywhere; the next daemon holds them where they were."""
    before, lives = await here.all_held(placed), await here.lives(placed)
    await here.end()
    first = await here.ctl("release", "--runtime", filesystem.RUNTIME)
    free = await here.all_held(placed)
    second = await here.ctl("release", "--runtime", filesystem.RUNTIME)
    await here.again()
    after = await here.settled(placed, lambda now: now == before)

    assert EVERYTHING not in before.values()
    assert (first["ok"], first["released"]) == (True, len(placed))
    assert set(free.values()) == {EVERYTHING}
    assert (second["ok"], second["released"]) == (True, 0)
    assert after == before
    assert await here.lives(placed) == lives
