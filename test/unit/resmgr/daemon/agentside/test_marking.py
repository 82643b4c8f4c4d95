# SPDX-License-Identifier: Apache-2.0
"""The Node object is marked as the policy wants it."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from resmgr.daemon.agentside import marking
from resmgr.daemon.agentside.agent import AgentError
from resmgr.policy.marks import Marks, Taint
from resmgr.policy.static_pools import wants

TAINT = Taint("cmk", "true", "NoSchedule")
ON = Marks({"a.b/cores": "3"}, {"a.b/c": "true"}, {TAINT: True})
OFF = Marks({"a.b/cores": "0"}, {"a.b/c": None}, {TAINT: False})
OTHER = {"key": "other", "effect": "NoExecute"}
OURS = {"key": "cmk", "value": "true", "effect": "NoSchedule"}


def node(labels: object = None, taints: object = None) -> dict[str, Any]:
    """A Node object."""
    return {
        "metadata": {"labels": labels} if labels is not None else {},
        "spec": {"taints": taints},
    }


@pytest.mark.parametrize(
    ("given", "wanted", "changes"),
    [
        (
            node(),
            ON,
            [
                {"op": "add", "path": "/metadata/labels", "value": {}},
                {"op": "add", "path": "/metadata/labels/a.b~1c", "value": "true"},
                {"op": "add", "path": "/spec/taints", "value": [OURS]},
            ],
        ),
        (
            node({"a.b/c": "no"}, [OTHER]),
            ON,
            [
                {"op": "add", "path": "/metadata/labels/a.b~1c", "value": "true"},
                {"op": "test", "path": "/spec/taints", "value": [OTHER]},
                {"op": "add", "path": "/spec/taints", "value": [OTHER, OURS]},
            ],
        ),
        (node({"a.b/c": "true"}, [OURS]), ON, []),
        (
            node({"a.b/c": "true"}, [OTHER, OURS]),
            OFF,
            [
                {"op": "remove", "path": "/metadata/labels/a.b~1c"},
                {"op": "test", "path": "/spec/taints", "value": [OTHER, OURS]},
                {"op": "add", "path": "/spec/taints", "value": [OTHER]},
            ],
        ),
        (node(), OFF, []),
        (node({}, [{**OURS, "value": "x"}]), OFF, []),
    ],
)
def test_only_what_differs_is_changed(
    given: Mapping[str, Any], wanted: Marks, changes: list[dict[str, Any]]
) -> None:
    """What others put there stays; a list of taints is replaced only if it is still that one."""
    assert list(marking.patches(given, wanted)) == changes


def test_a_taint_of_another_value_is_replaced() -> None:
    """A Node has one taint of a key and an effect."""
    (_, change) = marking.patches(node({}, [{**OURS, "value": "x"}]), Marks(taints={TAINT: True}))

    assert change["value"] == [OURS]


class Agent:
    """An agent that keeps what it is asked for; it fails as often as it is told."""

    def __init__(self, failures: int = 0) -> None:
        """Begin."""
        self.failures = failures
        self.done: list[object] = []
        self.changed = asyncio.Event()
        self.failed = asyncio.Event()
        self.there: Mapping[str, Any] = {"status": {"capacity": {"a.b/cores": "0"}}}
        self.asked = 0

    async def node(self) -> Mapping[str, Any]:
        """Give the Node, or fail."""
        self.asked += 1
        if self.failures:
            self.failures -= 1
            self.failed.set()
            raise AgentError("it is not there")
        return self.there

    async def patch(self, patches: Sequence[Mapping[str, Any]]) -> None:
        """Keep them."""
        self.done.append(list(patches))

    async def capacity(self, capacities: Mapping[str, str]) -> None:
        """Keep them."""
        self.done.append(dict(capacities))
        self.changed.set()


class Policy:
    """A policy that wants marks."""

    def __init__(self, wanted: Marks) -> None:
        """Take what it wants."""
        self.wanted = wanted

    def marks(self) -> Marks:
        """Give them."""
        return self.wanted


class Engine:
    """Whoever has a policy."""

    def __init__(self, policy: object) -> None:
        """Take it."""
        self.policy = policy


async def test_it_is_tried_until_it_is_done() -> None:
    """An agent that is not there is told once."""
    agent = Agent(failures=3)
    marker = marking.Marker(agent, pause=0)
    marker.follow(Policy(Marks({"a.b/cores": "3"})))
    life = asyncio.create_task(marker.run())
    async with asyncio.timeout(10):
        await agent.changed.wait()
    life.cancel()

    assert agent.done == [{"a.b/cores": "3"}]


async def test_a_new_configuration_is_followed() -> None:
    """The Node is left alone until a policy marks it."""
    agent, engine = Agent(), Engine(object())
    followers: list[Callable[[Any], None]] = []
    life = asyncio.create_task(marking.keep(agent, engine, followers))
    await asyncio.sleep(0)
    assert agent.done == []

    engine.policy = Policy(ON)
    followers[0](None)
    async with asyncio.timeout(10):
        await agent.changed.wait()
    life.cancel()

    assert agent.done == [list(marking.patches(node(), ON)), {"a.b/cores": "3"}]


async def test_what_is_wanted_last_counts() -> None:
    """A wait for an agent that is away does not hold it up."""
    agent = Agent(failures=1)
    marker = marking.Marker(agent, pause=3600)
    marker.follow(Policy(Marks({"a.b/cores": "3"})))
    life = asyncio.create_task(marker.run())
    await agent.failed.wait()
    marker.follow(Policy(Marks({"a.b/cores": "4"})))
    async with asyncio.timeout(10):
        await agent.changed.wait()
    life.cancel()

    assert agent.done == [{"a.b/cores": "4"}]


async def test_nothing_is_left_of_a_policy_that_goes() -> None:
    """Its label and its taint go, its extended resources are none any more."""
    agent = Agent()
    marked = node({"a.b/c": "true"}, [OTHER, OURS])
    agent.there = {**marked, "status": {"capacity": {"a.b/cores": "3"}}}
    marker = marking.Marker(agent)
    marker.follow(Policy(ON))
    marker.follow(object())
    marker.follow(object())
    life = asyncio.create_task(marker.run())
    async with asyncio.timeout(10):
        await agent.changed.wait()
    life.cancel()

    assert agent.done == [list(marking.patches(marked, OFF)), {"a.b/cores": "0"}]


async def test_what_was_left_when_the_daemon_ended_goes_too() -> None:
    """Another policy may have been configured meanwhile."""
    label, taint = "cmk.intel.com/cmk-node", {"key": "cmk", "value": "true", "effect": "NoSchedule"}
    agent = Agent()
    agent.there = {**node({label: "true"}, [taint]), "status": {"capacity": {wants.CORES: "2"}}}
    life = asyncio.create_task(marking.keep(agent, Engine(object()), [], "static-pools"))
    async with asyncio.timeout(10):
        await agent.changed.wait()
    life.cancel()

    changes, capacities = agent.done
    assert [one["op"] for one in changes] == ["remove", "test", "add"]  # type: ignore[attr-defined]
    assert capacities == {wants.CORES: "0"}


@pytest.mark.parametrize("former", ["", "static", "of-old"])
async def test_other_policies_have_left_nothing(former: str) -> None:
    """Nobody is asked for anything then."""
    agent = Agent()
    life = asyncio.create_task(marking.keep(agent, Engine(object()), [], former))
    await asyncio.sleep(0)
    life.cancel()

    assert agent.done == []
    assert not agent.asked
