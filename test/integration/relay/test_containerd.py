# SPDX-License-Identifier: Apache-2.0
"""The front end before a real containerd."""

import asyncio
from pathlib import Path

import pytest
from node import containerd, relays

from resmgr.relay import observe, unary
from resmgr.wire.grpc import codes, statuses

Code = codes.Code
RUNTIME = "/runtime.v1.RuntimeService/"
IMAGE = "/runtime.v1.ImageService/"


async def call(relay: relays.Relay, method: str, message: bytes = b"") -> bytes:
    """Call through the relay."""
    return await unary.call(relay.client, method, message, timeout=10)


async def test_version(relay: relays.Relay) -> None:
    """The runtime's answer comes through."""
    reply = await call(relay, f"{RUNTIME}Version", b"\n\x050.1.0")

    assert b"containerd" in reply
    assert reply == await unary.call(relay.runtime, f"{RUNTIME}Version", b"\n\x050.1.0", timeout=10)


async def test_the_older_version_of_the_cri(relay: relays.Relay) -> None:
    """v1alpha2 passes as v1 does."""
    assert b"containerd" in await call(relay, "/runtime.v1alpha2.RuntimeService/Version")


@pytest.mark.parametrize(
    "method", [f"{RUNTIME}ListContainers", f"{RUNTIME}Status", f"{IMAGE}ImageFsInfo"]
)
async def test_calls_that_pass(relay: relays.Relay, method: str) -> None:
    """Methods that nobody reads are answered by the runtime."""
    await call(relay, method)


async def test_images(relay: relays.Relay) -> None:
    """The image service shares the connection."""
    assert b"localhost/busybox:1" in await call(relay, f"{IMAGE}ListImages")


@pytest.mark.parametrize(
    ("method", "message", "code"),
    [
        (f"{RUNTIME}ContainerStatus", b"\n\x04none", Code.NOT_FOUND),
        (f"{RUNTIME}NoSuchMethod", b"", Code.UNIMPLEMENTED),
        ("/no.such.Service/Method", b"", Code.UNIMPLEMENTED),
        (f"{RUNTIME}Version", b"\xff\xff", Code.INTERNAL),
    ],
)
async def test_errors_are_those_of_the_runtime(
    relay: relays.Relay, method: str, message: bytes, code: Code
) -> None:
    """Code and text are the same with and without the relay."""
    through, past = [
        await unary.exchange(one, unary.request_head(method), message, timeout=10)
        for one in (relay.client, relay.runtime)
    ]

    assert through.status.code is code
    assert through.status == past.status


async def test_events_of_containers(relay: relays.Relay) -> None:
    """The streaming method reaches the runtime: containerd 1.6 lacks it, and says so."""
    with pytest.raises(statuses.CallError) as found:
        await call(relay, f"{RUNTIME}GetContainerEvents")

    assert found.value.status.code is Code.UNIMPLEMENTED


async def test_reading_along(runtime: containerd.Containerd, tmp_path: Path) -> None:
    """What passes can be read after the answer has gone out."""
    seen: list[observe.Observed] = []
    async with relays.opened(
        tmp_path / "relay.sock", runtime.socket, observers={"ListContainers": seen.append}
    ) as relay:
        reply = await call(relay, f"{RUNTIME}ListContainers")
        async with asyncio.timeout(60):
            while not seen:  # noqa: ASYNC110  # an observer is a plain function
                await asyncio.sleep(0.001)

    assert seen[0].response == reply


async def test_a_runtime_that_stands_still(
    runtime: containerd.Containerd, relay: relays.Relay
) -> None:
    """Deadlines hold while it does, and calls are answered when it goes on."""
    runtime.freeze()
    try:
        reply = await unary.exchange(
            relay.client,
            unary.request_head(f"{RUNTIME}Version", timeout=0.2),
            b"",
            timeout=5,
        )
    finally:
        runtime.thaw()

    assert reply.status.code is Code.DEADLINE_EXCEEDED
    assert b"containerd" in await call(relay, f"{RUNTIME}Version")


async def test_a_runtime_that_restarts(runtime: containerd.Containerd, relay: relays.Relay) -> None:
    """Calls fail as UNAVAILABLE meanwhile, the kubelet's connection stays, and then all is well."""
    runtime.kill()
    with pytest.raises(statuses.CallError) as found:
        await call(relay, f"{RUNTIME}Version")
    await asyncio.to_thread(runtime.start)
    async with asyncio.timeout(60):
        while not relay.runtime.connected:  # noqa: ASYNC110  # it tells only of connections
            await asyncio.sleep(0.01)

    assert found.value.status.code is Code.UNAVAILABLE
    assert b"containerd" in await call(relay, f"{RUNTIME}Version")
    assert relay.server.connections == 1
