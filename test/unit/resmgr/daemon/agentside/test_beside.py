# SPDX-License-Identifier: Apache-2.0
"""What the daemon tells of itself; over real sockets in test/integration/agent."""

from resmgr.daemon.agentside import beside
from resmgr.daemon.configuring.sources import Origin
from resmgr.engine.engine import Engine
from resmgr.model import Container, ContainerState, Pod
from resmgr.policy.none.policy import NonePolicy
from resmgr.state.changes import Saved

POD = Pod(id="p", name="web", namespace="default", uid="u")


def engine() -> Engine:
    """An engine that knows a pod with a container that runs, and one that has ended."""
    containers = {
        name: Container(
            cache_id=name, id=name, pod_id="p", name=name, namespace="default", state=state
        )
        for name, state in (("a", ContainerState.RUNNING), ("b", ContainerState.EXITED))
    }
    return Engine(NonePolicy(), Saved(pods={"p": POD}, containers=containers))


def test_where_the_daemon_stands() -> None:
    """Its policy, where the configuration is from, and containers that have not ended."""
    found = beside.state(engine(), Origin.KEPT)

    assert (found.policy, found.source, found.containers) == ("none", "kept", 1)


def test_every_origin_has_a_word() -> None:
    """The agent passes it on as it is."""
    assert set(beside.SOURCES) == set(Origin)


def test_a_pod_is_found() -> None:
    """By a container of it, or by its name; nobody is found for what is not known."""
    found = [beside.pod_of(engine(), name) for name in ("a", "pod default/web", "x", "pod x/y")]

    assert found == [POD, POD, None, None]
