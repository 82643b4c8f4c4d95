# SPDX-License-Identifier: Apache-2.0
"""Versions of the CRI, and runtimes that nobody has tested."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from node import agents, daemons, kubelet

from resmgr.cri import api_pb2 as api
from resmgr.relay import intercept, unary

CPU = 1024
OLD = "runtime.v1alpha2.RuntimeService"
NEW = "runtime.v1.RuntimeService"


class OldKubelet(kubelet.Kubelet):
    """Speaks the version before v1."""

    async def raw(self, method: str, data: bytes = b"", *, timeout: float = 30) -> bytes:
        """Make a call. Raises `statuses.CallError`."""
        return await unary.call(self.there, f"/{OLD}/{method}", data, timeout=timeout)


@pytest.fixture
async def old(static: daemons.Node) -> AsyncIterator[OldKubelet]:
    """A kubelet of the version before, on the same daemon."""
    async with asyncio.TaskGroup() as tasks:
        made = OldKubelet(static.daemon.socket, static.daemon.folder / "logs", tasks)
        try:
            await made.ready()
            yield made
        finally:
            # Pods of both are removed with the node.
            static.kubelet.pods += made.pods
            made.close()


async def test_the_version_before_is_the_same(static: daemons.Node, old: OldKubelet) -> None:
    """Its containers are pinned, and those that came by v1 make room and get it back."""
    shared = await static.kubelet.run_pod("shared")
    many = await static.kubelet.run(shared)
    alone = await old.run_pod("alone", kubelet.GUARANTEED)
    one = await old.run(alone, shares=CPU)
    during = kubelet.cpus(shared, many), kubelet.cpus(alone, one)
    ran = await old.execute(one, "echo", "here")
    await old.update(many, cpu_shares=512)
    changed = kubelet.read(shared, many, "cpu.shares")
    await old.stop(one)
    after = kubelet.cpus(shared, many)
    await old.remove(one)
    listed = [each.id for each in await old.containers()]

    assert during == ("0", "1")
    assert ran.output == "here\n"
    assert changed == "512"
    assert after == "0-1"
    assert listed == [many]


def runtime_named(name: str) -> dict[str, intercept.Handler]:
    """What a runtime of this name answers that has nothing yet."""

    async def version(call: intercept.Call) -> unary.Reply:
        del call
        told = api.VersionResponse(runtime_name=name, runtime_version="1")
        return unary.Reply(message=told.SerializeToString())

    async def nothing(call: intercept.Call) -> unary.Reply:
        del call
        return unary.Reply()

    return {"Version": version, "ListPodSandbox": nothing, "ListContainers": nothing}


@contextlib.asynccontextmanager
async def before(folder: Path, service: str, name: str) -> AsyncIterator[daemons.Daemon]:
    """A daemon, not started yet, before a runtime of this name."""
    path = folder / "runtime.sock"
    daemon = daemons.Daemon(folder, path, None)
    async with agents.served(path, service, runtime_named(name)):
        try:
            yield daemon
        finally:
            if daemon.child is not None:
                await daemon.kill()


async def test_a_runtime_that_is_not_tested(tmp_path: Path) -> None:
    """The start ends with its name and the flag that allows it, before there is a socket."""
    async with before(tmp_path, NEW, "rkt") as daemon:
        await daemon.start()
        code = await daemon.ended()
    told = daemon.log.read_text()

    assert code == 1
    assert "rejecting untested runtime 'rkt', use --allow-untested-runtimes to allow it" in told
    assert "Traceback" not in told
    assert not daemon.socket.exists()


async def test_a_runtime_that_is_not_tested_but_allowed(tmp_path: Path) -> None:
    """It is a warning, and the daemon works."""
    async with before(tmp_path, NEW, "rkt") as daemon:
        daemon.more = ["--allow-untested-runtimes"]
        await daemon.start()
        await daemon.logged("up and running")

    assert "runtime 'rkt' is untested" in daemon.log.read_text()


@pytest.mark.parametrize("name", ["containerd", "cri-o"])
async def test_a_runtime_that_knows_the_version_before_only(tmp_path: Path, name: str) -> None:
    """The daemon's own calls use what the runtime understands."""
    async with before(tmp_path, OLD, name) as daemon:
        await daemon.start()
        await daemon.logged("up and running")
        code = await daemon.end()

    assert f"the runtime is {name} 1, {OLD}" in daemon.log.read_text()
    assert code == 0
