# SPDX-License-Identifier: Apache-2.0
"""One daemon after the other under systemd, which keeps the sockets in between."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from node import daemons, kubelet, systemd

from resmgr.wire.grpc import statuses


@pytest.fixture
async def managed(static: daemons.Node, tmp_path: Path) -> AsyncIterator[daemons.Node]:
    """A daemon that systemd started."""
    with systemd.managing(tmp_path) as manager:
        static.daemon.manager = manager
        await static.daemon.end()
        await static.restart()
        yield static


async def test_a_kubelet_that_connects_meanwhile_waits(managed: daemons.Node) -> None:
    """It connects while there is no daemon, and is answered by the next one."""
    await managed.daemon.end()
    async with (
        kubelet.connected(managed.daemon.socket, managed.daemon.folder) as early,
        asyncio.TaskGroup() as tasks,
    ):
        call = tasks.create_task(early.raw("Version"), name="early")
        async with asyncio.timeout(daemons.PATIENCE):
            while not early.there.connected:  # noqa: ASYNC110  # a socket
                await asyncio.sleep(0.01)
        await managed.daemon.start()

    assert b"containerd" in call.result()


async def test_a_take_over_fails_no_call(managed: daemons.Node) -> None:
    """SIGTERM under load: what is under way ends, what comes then waits for the next daemon."""
    here = managed.kubelet
    stopping = asyncio.Event()
    made: list[str] = []

    async def work(number: int) -> None:
        pod = await here.run_pod(f"pod{number}")
        attempt = 0
        while not stopping.is_set():
            made.append(await here.create(pod, here.container_config(f"one{attempt}")))
            attempt += 1

    async with asyncio.TaskGroup() as tasks:
        for number in range(4):
            tasks.create_task(work(number), name=str(number))
        for reached in (10, 20, 30):
            async with asyncio.timeout(daemons.PATIENCE):
                while len(made) < reached:  # noqa: ASYNC110  # a list
                    await asyncio.sleep(0.01)
            assert await managed.daemon.end() == 0
            await managed.daemon.start()
        stopping.set()

    assert sorted(one.id for one in await managed.past.containers()) == sorted(made)


async def test_both_sockets_are_kept(managed: daemons.Node) -> None:
    """The one that listens and the one to the runtime; the latter goes at a clean end."""
    manager = managed.daemon.manager
    assert manager is not None
    manager.hear()
    assert sorted(name[:7] for name, _ in manager.kept) == ["relay", "runtime"]

    await managed.daemon.end()
    manager.hear()

    assert [name for name, _ in manager.kept] == ["relay"]


async def test_a_call_outlives_a_kill(managed: daemons.Node) -> None:
    """The runtime ends what it has begun: it does not learn that its client is dead."""
    here = managed.kubelet
    container = await here.run(await here.run_pod("killed"))
    command = "echo > /begun; while [ ! -e /end ]; do sleep 0.1; done; echo > /done"
    async with asyncio.TaskGroup() as tasks:
        call = tasks.create_task(_cut_off(here, container, command), name="cut off")
        await _there(managed.past, container, "/begun")
        await managed.daemon.kill()
        await call
    await managed.restart()
    await here.execute(container, "sh", "-c", "echo > /end")

    await _there(here, container, "/done")


async def _cut_off(here: kubelet.Kubelet, container: str, command: str) -> None:
    with pytest.raises(statuses.CallError):
        await here.execute(container, "sh", "-c", command)


async def _there(here: kubelet.Kubelet, container: str, path: str) -> None:
    """Wait until a file is in a container."""
    async with asyncio.timeout(daemons.PATIENCE):
        while (  # noqa: ASYNC110  # a file
            await here.execute(container, "sh", "-c", f"[ -e {path} ]")
        ).code:
            await asyncio.sleep(0.02)
