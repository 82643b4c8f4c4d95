# SPDX-License-Identifier: Apache-2.0
"""What a policy tells containers reaches them through a real runtime.

No policy of this version tells anything, so one of the test does; it works in the test's process.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from node import containerd, kubelet, relays
from unit.resmgr.cri import tiny
from unit.resmgr.engine import toy

from resmgr.cri import interceptions
from resmgr.cri.session import Session
from resmgr.daemon import front
from resmgr.effects.carry_out import Executor
from resmgr.effects.exports import Exports
from resmgr.engine import events
from resmgr.engine.engine import Engine
from resmgr.intents import ExportData
from resmgr.model import Container
from resmgr.policy.interface import Step, Subject
from resmgr.relay import intercept, unary
from resmgr.state.changes import Saved


class Telling(toy.OneEach):
    """Tells containers that are called main their number, and again when others come."""

    def allocate(self, state: toy.Given, subject: Subject) -> Step[toy.Given]:
        """Give nothing, tell all."""
        after = {**state, subject.container.cache_id: len(state)}
        told = tuple(
            ExportData(key, (("SHARED_CPUS", f"0-{len(after)}"),))
            for key in after
            if key.endswith(":main")
        )
        return Step(after, told)


class Node:
    """A relay with the policy, before a runtime."""

    def __init__(self, here: kubelet.Kubelet, data: Path) -> None:
        """Take what runs."""
        self.kubelet = here
        self.data = data


async def _send(_: Container) -> None:
    """No container has to be updated."""


def _handlers(session: Session) -> Mapping[str, intercept.Handler]:
    def handler(name: str) -> intercept.Handler:
        async def handle(call: intercept.Call) -> unary.Reply:
            return await front.handled(session, interceptions.HANDLED[name], call)

        return handle

    return {name: handler(name) for name in interceptions.HANDLED}


@pytest.fixture
async def node(runtime: containerd.Containerd, tmp_path: Path) -> AsyncIterator[Node]:
    """A node whose containers are told something."""
    engine = Engine(Telling(), Saved())
    engine.start(events.Synchronised((), ()))
    data = tmp_path / "data"
    data.mkdir()
    executor = Executor(_send, engine.ledger.containers.get, Exports(data))
    session = Session(engine, tiny.Keep(tiny.Runtime()), executor, tiny.Listener())
    path = tmp_path / "relay.sock"
    async with contextlib.AsyncExitStack() as held:
        group = await held.enter_async_context(asyncio.TaskGroup())
        carrying_out = group.create_task(session.run(), name="effects")
        held.callback(carrying_out.cancel)
        await held.enter_async_context(
            relays.opened(path, runtime.socket, handlers=_handlers(session))
        )
        here = await held.enter_async_context(kubelet.connected(path, tmp_path / "logs"))
        try:
            yield Node(here, data)
        finally:
            await kubelet.clear(here)
            kubelet.remove_cgroups(here.pods)


async def test_a_container_reads_what_its_policy_tells(node: Node) -> None:
    """Also what changes later; it cannot write there."""
    here = node.kubelet
    pod = await here.run_pod("told")
    main = await here.run(pod)
    script = ". /.cri-resmgr/resources.sh; echo $SHARED_CPUS"
    first = await here.execute(main, "sh", "-c", script)
    other = await here.run(pod, "other")
    later = await here.execute(main, "sh", "-c", script)
    writing = await here.execute(main, "sh", "-c", "echo > /.cri-resmgr/mine")
    elsewhere = await here.execute(other, "ls", "/.cri-resmgr")

    assert (first.output, later.output) == ("0-1\n", "0-2\n")
    assert "Read-only file system" in writing.errors
    assert "No such file" in elsewhere.errors


async def test_the_file_goes_with_its_container(node: Node) -> None:
    """As soon as anything else is decided."""
    here = node.kubelet
    pod = await here.run_pod("told")
    main = await here.run(pod)
    there = [path.name for path in (node.data / "containers").iterdir()]
    await here.stop(main)
    await here.remove(main)
    other = await here.run_pod("other")
    await here.run(other)
    left = [path.name for path in (node.data / "containers").iterdir()]

    assert there == [f"{pod.config.metadata.uid}-main"]
    assert left == [f"{other.config.metadata.uid}-main"]
