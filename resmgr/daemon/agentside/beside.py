# SPDX-License-Identifier: Apache-2.0
"""What the daemon does with the node agent that may run beside it: marks the node, and reports."""

import logging
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

from ... import version
from ...engine.engine import Engine
from ...model import ContainerState, Pod
from ...relay import turn, upstream
from ..configuring.settings import Settings
from ..configuring.sources import Origin
from . import agent, marking, telling

SOURCES = {
    Origin.FORCED: "forced",
    Origin.AGENT: "agent",
    Origin.KEPT: "kept",
    Origin.FALLBACK: "fallback",
    Origin.NOTHING: "none",
}
"""Where a configuration comes from, in the words of a NodeResourceManager."""


def lives(
    path: str,
    turns: turn.Turn,
    engine: Engine,
    followers: list[Callable[[Settings], None]],
    origin: Callable[[], Origin],
    teller: telling.Teller,
    former: str,
    asks: dict[str, upstream.Upstream],
) -> Iterator[tuple[Coroutine[Any, Any, None], str]]:
    """Give what has to run, each with a name; `former` is the policy of the daemon before.

    The connection to the agent is added to `asks`.
    """
    teller.pod = lambda cache_id: pod_of(engine, cache_id)
    # Everything else goes on without an agent, so its absence is no warning.
    there = upstream.Upstream(
        path, turns, connected=teller.came, name="the node agent", missed=logging.INFO
    )
    asks["agent"] = there
    socket = agent.Socket(there)
    followers.append(lambda _: teller.look())
    yield there.run(), "agent"
    yield marking.keep(agent.Agent(socket), engine, followers, former), "marks"
    yield teller.run(socket, lambda: state(engine, origin())), "reports"


def state(engine: Engine, origin: Origin) -> telling.State:
    """Give where the daemon stands."""
    alive = sum(one.state is not ContainerState.EXITED for one in engine.ledger.containers.values())
    return telling.State(engine.policy.name, SOURCES[origin], alive, version.current())


def pod_of(engine: Engine, cache_id: str) -> Pod | None:
    """Give the pod of a container, if both are known; `pod NAMESPACE/NAME` is one itself."""
    if cache_id.startswith("pod "):
        named = cache_id.removeprefix("pod ")
        pods = engine.ledger.pods.values()
        return next((one for one in pods if f"{one.namespace}/{one.name}" == named), None)
    container = engine.ledger.containers.get(cache_id)
    return None if container is None else engine.ledger.pods.get(container.pod_id)
