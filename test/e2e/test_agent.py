# SPDX-License-Identifier: Apache-2.0
"""The node agent among other things that happen: it ends, its API server goes, Adjustments come.

One installation serves all tests of this module; node-1 has policy static by its own ConfigMap.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from chain import adjusted, admission, configured, images
from chain.owner import ALL, FIRST, NONE, STATIC_PLUS, Owner, pinned
from daemonset import look
from ground import alone, cluster, runtime

from installer import names as units

pytestmark = [pytest.mark.timeout(600), pytest.mark.asyncio(loop_scope="module")]

NODE = "node-1"
HALF = {
    "requests": {"cpu": "500m", "memory": "64Mi"},
    "limits": {"cpu": "500m", "memory": "64Mi"},
}
PATIENCE = 150.0
"""Seconds for an agent to find out that its connection is dead, and to get another one."""


@pytest_asyncio.fixture(loop_scope="module")
async def owner(owned: Owner) -> AsyncIterator[Owner]:
    """A shoot owner whose first node has policy static, and its pod CPU 1."""
    await configured.write(owned.shoot, f"node.{NODE}", FIRST)
    await owned.until_applied(1, f"node.{NODE}", "static")
    await owned.until_pinned(1, "1")
    yield owned
    await configured.write(owned.shoot, f"node.{NODE}", None)
    await owned.until_applied(1, "default", "none")


async def test_the_agent_is_restarted(owner: Owner) -> None:
    """Nothing happens to node, daemon and containers; what changed meanwhile arrives after."""
    shoot, node = owner.shoot, owner.node(1)
    before = await owner.identities()
    relay = await look.started(node, units.RELAY_UNIT)
    old = await configured.until_agent(shoot, NODE, cluster.is_ready, what="ready")
    async with shoot.client() as client:
        await client.delete(f"{configured.PODS}/{old['metadata']['name']}")
    await configured.write(shoot, f"node.{NODE}", NONE)
    await owner.until_pinned(1, ALL)
    new = await configured.until_agent(shoot, NODE, cluster.is_ready, what="ready again")

    assert new["metadata"]["uid"] != old["metadata"]["uid"]
    assert await look.started(node, units.RELAY_UNIT) == relay
    assert await owner.identities() == before


async def test_the_api_server_is_away(owner: Owner) -> None:
    """The last configuration stays, and a container that starts then is where it says.

    A change made meanwhile arrives when the node is back.
    """
    shoot, node = owner.shoot, owner.node(1)
    before = await owner.until_pinned(1, "1")
    async with alone.alone(shoot, node):
        version = await configured.write(shoot, f"node.{NODE}", NONE)
        os.kill(before.pid, signal.SIGKILL)
        anew = await adjusted.until_started(node, pinned(1), after=before)
        await owner.until_applied(2, "default", "none")
        during = await owner.until_pinned(1, "1")
    told = await configured.until(
        shoot,
        NODE,
        lambda seen: (seen.generation, seen.applied) == (version, "True"),
        what="the change",
        timeout=PATIENCE,
    )
    after = await owner.until_pinned(1, ALL)

    assert anew.id == during.id == after.id != before.id
    assert told.reason == "Applied"


async def test_an_adjustment_is_applied_and_removed(owner: Owner) -> None:
    """With half a CPU a container shares all; without the Adjustment it has its own again."""
    shoot = owner.shoot
    before = await owner.until_pinned(1, "1")
    made = await adjusted.write(shoot, "half", adjusted.spec(pinned(1), resources=HALF))
    try:
        entry = await adjusted.until_told(shoot, "half", NODE)
        during = await owner.until_pinned(1, ALL)
        report = await configured.until(
            shoot, NODE, lambda seen: seen.adjustments == ("half",), what="the Adjustment"
        )
        other = await adjusted.told(shoot, "half", "node-2")
    finally:
        await adjusted.write(shoot, "half", None)
    restored = await owner.until_pinned(1, "1")

    assert entry["errors"] == {}
    assert entry["observedGeneration"] == made["metadata"]["generation"]
    assert other is None
    assert report.applied == "True"
    assert (during.id, restored) == (before.id, before)


async def test_an_adjustment_changes_shares(owner: Owner) -> None:
    """By a policy that sets them: half of what it had, and all of it again."""
    shoot, node = owner.shoot, owner.node(1)
    await configured.write(shoot, f"node.{NODE}", STATIC_PLUS)
    await owner.until_applied(1, f"node.{NODE}", "static-plus")
    container = await adjusted.until_shares(node, pinned(1), 1024)
    await adjusted.write(shoot, "half", adjusted.spec(pinned(1), resources=HALF))
    try:
        during = await adjusted.until_shares(node, pinned(1), 512)
    finally:
        await adjusted.write(shoot, "half", None)
    restored = await adjusted.until_shares(node, pinned(1), 1024)

    assert (during.id, restored.id) == (container.id, container.id)
    assert restored.cpus == container.cpus


async def test_an_adjustment_that_cannot_be_says_so(owner: Owner) -> None:
    """It tells by its name what is wrong, and the container stays as it is."""
    shoot = owner.shoot
    before = await owner.until_pinned(1, "1")
    await adjusted.write(shoot, "wrong", adjusted.spec(pinned(1), classes={"rdt": "gold"}))
    try:
        entry = await adjusted.until_told(shoot, "wrong", NODE)
        during = await owner.until_pinned(1, "1")
    finally:
        await adjusted.write(shoot, "wrong", None)
    await configured.until(shoot, NODE, lambda seen: seen.adjustments == (), what="none")

    assert "RDT" in entry["errors"]["wrong"], entry
    assert during == before


async def test_the_daemon_gets_what_the_webhook_writes(owner: Owner) -> None:
    """A request of memory, which CRI does not carry, is known on the node to the byte."""
    pod = cluster.pod("told", node=NODE)
    (container,) = pod["spec"]["containers"]
    asked = {"requests": {"cpu": "110m", "memory": "33Mi"}, "limits": {"memory": "77Mi"}}
    container["resources"] = asked
    archive = await asyncio.to_thread(images.built, images.WEBHOOK)
    async with admission.admitting(owner.shoot, archive), owner.shoot.pod(pod) as made:
        (on_node,) = [each for each in await runtime.of_pod(owner.node(1), "told") if each.name]
        known = await adjusted.known(owner.node(1), on_node.id)

    assert "intel.com/resources" in made["metadata"]["annotations"]
    assert known["Resources"] == {
        "requests": {"cpu": "110m", "memory": str(33 * 1024**2)},
        "limits": {"memory": str(77 * 1024**2)},
    }
