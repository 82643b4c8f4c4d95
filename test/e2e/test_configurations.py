# SPDX-License-Identifier: Apache-2.0
"""Configurations of the shoot on their way to two nodes: each node takes its own, or says why not.

One installation serves all tests of this module. On each node runs one pod that wants a CPU of its
own, through all of it: its CPUs show what is in force, and it is never restarted.
"""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from chain import configured, standing
from chain.owner import ALL, FIRST, NONE, NUMBERS, SECOND, STATIC_PLUS, Owner, pinned
from daemonset import look
from ground import cluster, runtime

from controller import names

pytestmark = [pytest.mark.timeout(600), pytest.mark.asyncio(loop_scope="module")]

TOO_MUCH = FIRST.replace("cpuset:0", "cpuset:0,77")
"""What only a node can know: it has no such CPU."""


@pytest_asyncio.fixture(loop_scope="module")
async def owner(owned: Owner) -> AsyncIterator[Owner]:
    """A shoot owner whose nodes have policy none; the pods of all tests stay what they are."""
    for number in NUMBERS:
        await owned.until_applied(number, "default", "none")
    before = await owned.identities()
    yield owned
    for number in NUMBERS:
        await configured.group(owned.shoot, f"node-{number}", None)
        await configured.write(owned.shoot, f"node.node-{number}", None)
    await owned.have({"default": NONE})

    assert len(before) == 4
    assert await owned.identities() == before


async def test_a_changed_default_is_what_every_node_has(owner: Owner) -> None:
    """The nodes show the ConfigMap, and its policy; the kernel has the CPUs; and back."""
    await owner.have({"default": FIRST})
    for number in NUMBERS:
        await owner.until_applied(number, "default", "static")
        await owner.until_pinned(number, "1")
    await owner.have({"default": NONE})
    for number in NUMBERS:
        told = await owner.until_applied(number, "default", "none")
        await owner.until_pinned(number, ALL)

        assert told.source == "agent"


async def test_two_nodes_have_different_configurations_at_the_same_time(owner: Owner) -> None:
    """A node's own goes before its group's; containers are where their own node's policy says."""
    for number in NUMBERS:
        await configured.group(owner.shoot, f"node-{number}", "first")
    await owner.have({"default": NONE, "group.first": FIRST, "node.node-2": SECOND})
    first = await owner.until_applied(1, "group.first", "static")
    second = await owner.until_applied(2, "node.node-2", "static")
    await owner.until_pinned(1, "1")
    await owner.until_pinned(2, "0")

    assert first.generation != second.generation


async def test_a_node_changes_its_group(owner: Owner) -> None:
    """It follows its label from group to group, to one without a configuration, and to none."""
    await owner.have({"default": NONE, "group.first": FIRST, "group.second": SECOND})
    for group, config, policy, cpus in (
        ("first", "group.first", "static", "1"),
        ("third", "default", "none", ALL),
        ("second", "group.second", "static", "0"),
        (None, "default", "none", ALL),
    ):
        await configured.group(owner.shoot, "node-1", group)
        await owner.until_applied(1, config, policy)
        await owner.until_pinned(1, cpus)
    other = await owner.until_applied(2, "default", "none")

    assert other.applied == "True"


async def test_a_policy_is_switched_with_kubectl(owner: Owner) -> None:
    """Four policies one after the other by one ConfigMap, with a pod that runs on.

    Each generation that was written is the one that the node tells.
    """
    told = []
    for text, policy in (
        (FIRST, "static"),
        (STATIC_PLUS, "static-plus"),
        (NONE, "none"),
        (SECOND, "static"),
    ):
        version = await configured.write(owner.shoot, "node.node-1", text)
        seen = await owner.until_applied(1, "node.node-1", policy)
        told.append((version, seen.generation))
        if policy == "static-plus":
            (container,) = [
                each for each in await runtime.of_pod(owner.node(1), pinned(1)) if each.name
            ]
            assert container.cpus in {"0", "1"}
    await owner.until_pinned(1, "0")
    await configured.write(owner.shoot, "node.node-1", None)
    await owner.until_applied(1, "default", "none")
    await owner.until_pinned(1, ALL)

    assert all(written == seen for written, seen in told), told


async def test_a_refused_configuration_is_told_and_repaired(owner: Owner) -> None:
    """The node says why, its agent is not ready, and the Extension's condition says so, too.

    What was in force stays in force, also for a pod that comes then.
    """
    shoot = owner.shoot
    await owner.have({"default": NONE, "node.node-1": FIRST})
    await owner.until_applied(1, "node.node-1", "static")
    await owner.have({"default": NONE, "node.node-1": TOO_MUCH})
    refused = await configured.until(
        shoot, "node-1", lambda seen: seen.reason == "Refused", what="that it refuses"
    )
    async with shoot.pod(cluster.pod("newcomer", node="node-1")):
        await owner.until_pinned(1, "1")
        await configured.until_cpus(owner.node(1), "newcomer", "0")
    pod = await configured.until_agent(
        shoot, "node-1", lambda pod: not cluster.is_ready(pod), what="not ready"
    )
    events = await look.pod_events(shoot, pod)
    other = await owner.until_applied(2, "default", "none")
    await owner.chained.until_condition("False", names.AGENT_DAEMONSET, timeout=150)
    await owner.have({"default": NONE, "node.node-1": STATIC_PLUS})
    repaired = await owner.until_applied(1, "node.node-1", "static-plus")
    await owner.chained.until_condition("True", timeout=120)

    assert "77" in refused.message
    assert (refused.policy, refused.applied) == ("static", "False")
    assert any("77" in message for reason, message in events if reason == "Unhealthy"), events
    assert other.reason == "Applied"
    assert repaired.generation != refused.generation


async def test_a_forced_configuration_goes_before_all(owner: Owner) -> None:
    """Nodes say that it is forced and by what; without it the ConfigMap counts again."""
    await owner.have({"default": NONE, "force": FIRST})
    for number in NUMBERS:
        forced = await configured.until(
            owner.shoot,
            f"node-{number}",
            lambda seen: (seen.source, seen.reason) == ("forced", "Refused"),
            what="that it is forced",
            timeout=standing.TIMEOUT,
        )
        await owner.until_pinned(number, "1")

        assert forced.policy == "static"
        assert "force.cfg" in forced.message
    await owner.have({"default": NONE})
    for number in NUMBERS:
        seen = await configured.until(
            owner.shoot,
            f"node-{number}",
            lambda seen: (seen.source, seen.applied) == ("agent", "True"),
            what="that the agent's counts again",
            timeout=standing.TIMEOUT,
        )
        await owner.until_pinned(number, ALL)

        assert seen.config == "default"
