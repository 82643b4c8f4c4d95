# SPDX-License-Identifier: Apache-2.0
"""A roll-out over several nodes: canary pools first, it stops when nodes roll back, it pauses."""

import pytest
from daemonset import bundles, images, installation, look, waiting
from ground import cluster, tree

from resmgr.config import rollout

pytestmark = pytest.mark.timeout(900)

CANARY, OTHER = "node-1", "node-2"
"""Nodes of the pools blue and green."""


async def test_canaries_come_first_and_a_failure_stops_the_rest(
    shoot: cluster.Cluster, installers: images.Images
) -> None:
    """A broken version reaches the canary only; a good one that node, and then the other."""
    carefully = rollout.Rollout(max_unavailable="100%", canary_pools=("blue",))
    broken = installers.give(bundles.Variant("9.2.0", daemon=bundles.EXITS))
    other = await look.started(shoot.machines[OTHER])

    async def begins() -> bool:
        return await look.link(shoot.machines[OTHER]) != ""

    async with installation.brought(shoot, broken, CANARY, OTHER, rollout=carefully) as on_nodes:
        await look.until_told(shoot, CANARY, "rolled-back")
        stopped = await look.until_told(shoot, OTHER, "paused")
        untouched = await look.started(shoot.machines[OTHER]), await begins()
        await on_nodes.apply(installers.give())
        await look.until_told(shoot, CANARY, "active")
        waits = await look.told(shoot, OTHER), await begins()
        await waiting.until("the other node follows", begins)

    assert stopped.reason == f"waits for the canary pools (blue): not active yet: {CANARY}"
    assert untouched == (other, False)
    assert (waits[0].state, waits[1]) == ("paused", False)


async def test_so_many_nodes_may_roll_back_and_no_more(
    shoot: cluster.Cluster, installers: images.Images
) -> None:
    """With one node given back, `maxRolledBack` of one holds the other."""
    one = rollout.Rollout(max_unavailable=1, max_rolled_back=1)
    broken = installers.give(bundles.Variant("9.2.1", daemon=bundles.EXITS))
    async with installation.brought(shoot, broken, CANARY, OTHER, rollout=one):
        async for _ in waiting.tries(120):
            states = {name: (await look.told(shoot, name)).state for name in (CANARY, OTHER)}
            if set(states.values()) == {"rolled-back", "paused"}:
                break
        (held,) = [name for name, state in states.items() if state == "paused"]
        stopped = "the roll-out has stopped: 1 rolled back, maxRolledBack is 1"
        await look.until_told(shoot, held, "paused", reason=stopped)
        there = await look.link(shoot.machines[held])

    assert there == ""


async def test_a_node_that_joins_while_the_roll_out_is_paused(
    shoot: cluster.Cluster, installers: images.Images
) -> None:
    """It waits on containerd, open for pods, and gets the relay when the pause ends.

    The end of the pause is no other pod: the kubelet brings the new text to the one that is there.
    """
    paused = rollout.Rollout(max_unavailable="100%", max_rolled_back=100, paused=True)
    name = "node-3"
    try:
        async with installation.brought(shoot, installers.give(), name, rollout=paused) as made:
            await shoot.add(tree.Spec(name))
            told = await look.until_told(shoot, name, "paused")
            pod = await made.until_pod(name, cluster.is_ready, what="to be Ready")
            works = await look.works(shoot.machines[name])
            async with shoot.pod(cluster.pod("guest", node=name)):
                pass
            await made.apply(rollout=installation.FREELY)
            await look.until_works(shoot.machines[name], "relay", timeout=240)
            (after,) = await made.pods(name)
    finally:
        if name in shoot.machines:
            await shoot.remove(name)

    assert told.reason == "the roll-out is paused"
    assert works == "containerd"
    assert after["metadata"]["uid"] == pod["metadata"]["uid"]
