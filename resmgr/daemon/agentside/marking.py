# SPDX-License-Identifier: Apache-2.0
"""Tells the Node object what the active policy wants it to tell, through the node agent.

It is tried again until it is done; what is wanted last counts. A Node that tells it already is left
alone.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Protocol

from ...policy import registry
from ...policy.marks import Marking, Marks, Taint
from .agent import AgentError, pointer

PAUSE: Final = 5.0
"""Seconds between two tries (static-pools, section 6)."""

_LOG = logging.getLogger("static-pools")

Patch = dict[str, Any]


class Active(Protocol):
    """Whoever knows which policy is active."""

    @property
    def policy(self) -> object:
        """The active policy."""


class Agent(Protocol):
    """The node agent, as far as it changes the Node object."""

    async def node(self) -> Mapping[str, Any]:
        """Give the Node object. Raises `AgentError`."""

    async def patch(self, patches: Sequence[Mapping[str, Any]], /) -> None:
        """Change it by JSON patches. Raises `AgentError`."""

    async def capacity(self, capacities: Mapping[str, str], /) -> None:
        """Set extended resources. Raises `AgentError`."""


class Marker:
    """Holds what is wanted; `run` is its whole life."""

    def __init__(self, agent: Agent, pause: float = PAUSE) -> None:
        """Take the node agent; nothing is wanted yet."""
        self._agent = agent
        self._pause = pause
        self._wanted: Marks | None = None
        self._changed = asyncio.Event()

    def follow(self, policy: object) -> None:
        """Want what the policy wants; of the one before nothing is to be left."""
        if isinstance(policy, Marking):
            self.want(policy.marks())
        elif self._wanted is not None:
            self.want(self._wanted.gone())

    def want(self, wanted: Marks | None) -> None:
        """Want this from now on."""
        if wanted != self._wanted:
            self._wanted = wanted
            self._changed.set()

    async def run(self) -> None:
        """Carry it out whenever something else is wanted."""
        told = ""
        while True:
            await self._changed.wait()
            self._changed.clear()
            wanted = self._wanted
            if wanted is None:
                continue
            try:
                await self._mark(wanted)
            except AgentError as error:
                if str(error) != told:
                    _LOG.warning("cannot mark the node: %s; it is tried again", error)
                told = str(error)
                await self._rest()
                self._changed.set()
            else:
                told = ""
                _LOG.info("the node is marked")

    async def _mark(self, wanted: Marks) -> None:
        node = await self._agent.node()
        changes = list(patches(node, wanted))
        if changes:
            await self._agent.patch(changes)
        capacities = _of(_of(node, "status"), "capacity")
        missing = {
            name: amount
            for name, amount in wanted.capacities.items()
            if capacities.get(name) != amount
        }
        if missing:
            await self._agent.capacity(missing)

    async def _rest(self) -> None:
        """Wait before the next try, but not if something else is wanted."""
        try:
            async with asyncio.timeout(self._pause):
                await self._changed.wait()
        except TimeoutError:
            pass


async def keep(
    agent: Agent, active: Active, followers: list[Callable[[Any], None]], former: str = ""
) -> None:
    """Mark the node as the active policy wants it, and again with each new configuration.

    `former` is the policy that was active when the daemon ended last, if that is known.
    """
    marker = Marker(agent)
    if former:
        marker.want(registry.marks_without(former))
    marker.follow(active.policy)
    followers.append(lambda _: marker.follow(active.policy))
    await marker.run()


def patches(node: Mapping[str, Any], wanted: Marks) -> Iterator[Patch]:
    """Give what has to change so that a Node has labels and taints as wanted."""
    metadata, spec = _of(node, "metadata"), _of(node, "spec")
    labels = metadata.get("labels")
    if labels is None and any(value is not None for value in wanted.labels.values()):
        yield {"op": "add", "path": "/metadata/labels", "value": {}}
    labels = _of(metadata, "labels")
    for key, value in wanted.labels.items():
        path = f"/metadata/labels/{pointer(key)}"
        if value is not None and labels.get(key) != value:
            yield {"op": "add", "path": path, "value": value}
        elif value is None and key in labels:
            yield {"op": "remove", "path": path}
    yield from _taints(spec.get("taints"), wanted)


def _taints(given: Any, wanted: Marks) -> Iterator[Patch]:
    """Replace the list as a whole, so that indices cannot shift; the old one is held against it."""
    before = [one for one in given or [] if isinstance(one, dict)]
    after = list(before)
    for taint, there in wanted.taints.items():
        same = [one for one in after if (one.get("key"), one.get("effect")) == _names(taint)]
        if not there:
            after = [one for one in after if one not in same or one.get("value") != taint.value]
        elif not any(one.get("value") == taint.value for one in same):
            after = [one for one in after if one not in same]
            after.append({"key": taint.key, "value": taint.value, "effect": taint.effect})
    if after != before:
        if given is not None:
            yield {"op": "test", "path": "/spec/taints", "value": given}
        yield {"op": "add", "path": "/spec/taints", "value": after}


def _names(taint: Taint) -> tuple[str, str]:
    return taint.key, taint.effect


def _of(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = data.get(key)
    return found if isinstance(found, dict) else {}
