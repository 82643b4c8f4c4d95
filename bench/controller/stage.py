# SPDX-License-Identifier: Apache-2.0
"""What stands around the controller: two API servers, gardenlet and resource manager, shoots.

All is as light as it can be, since it shares the machine's cores with what is measured: the
resource manager is a process of its own that decodes and checks manifests but applies
none, and everything that gardenlet makes before it deploys an Extension is made beforehand.
"""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from garden import binaries, gardenlet, ground, install, mirror, replica, servers, shoots

from controller import kube, names
from controller.kube import paths

CLUSTER_BYTES = 58_000
"""JSON of one Cluster, as seen on production seeds."""

AT_ONCE = 32
"""Shoots that gardenlet works on at the same time."""

TIMEOUT = 900.0
"""Seconds after which a phase counts as hanging."""


@dataclass(frozen=True, slots=True)
class Stage:
    """The stand-ins at work, the controller, and the names of the shoots' namespaces."""

    server: servers.Server
    seed: kube.Client
    gardenlet: gardenlet.Gardenlet
    managed: mirror.Mirror
    """All ManagedResources of ours."""

    controller: replica.Replica
    shoots: tuple[str, ...]

    async def each(self, work: Callable[[str], Awaitable[float]]) -> list[float]:
        """Do something for all shoots, some at once; give what each took in seconds."""
        return await each(self.shoots, work)


@asynccontextmanager
async def opened(count: int) -> AsyncIterator[Stage]:
    """Prepare so many shoots without an Extension, then start the controller."""
    seed_server = servers.Server("bench-seed", audit=True)
    shoot_server = servers.Server("bench-shoot")
    try:
        await asyncio.gather(seed_server.start(), shoot_server.start())
        kubeconfig = await install.seed(seed_server)
        generic = shoot_server.kubeconfig(token_file=ground.GENERIC_TOKEN_FILE)
        async with (
            seed_server.client() as seed,
            gardenlet.Gardenlet(seed, kubeconfig=generic, timeout=TIMEOUT) as lets,
            mirror.Mirror(
                seed, paths.MANAGED_RESOURCES, label_selector=f"origin={names.ORIGIN}"
            ) as managed,
            _resource_manager(seed_server, shoot_server),
        ):
            namespaces = await _prepare(lets, count)
            async with replica.Replica(kubeconfig) as controller:
                yield Stage(seed_server, seed, lets, managed, controller, namespaces)
    finally:
        seed_server.stop()
        shoot_server.stop()


async def each(shoot_names: Iterable[str], work: Callable[[str], Awaitable[float]]) -> list[float]:
    """Do something for each, `AT_ONCE` at a time; give the results in order."""
    return await asyncio.gather(*(work(name) for name in shoot_names))


async def _prepare(lets: gardenlet.Gardenlet, count: int) -> tuple[str, ...]:
    options = shoots.Options(size=CLUSTER_BYTES)
    slots = asyncio.Semaphore(AT_ONCE)

    async def prepare(number: int) -> str:
        async with slots:
            return await lets.prepare(f"s{number:04}", options)

    return tuple(await asyncio.gather(*(prepare(number) for number in range(count))))


@asynccontextmanager
async def _resource_manager(
    seed_server: servers.Server, shoot_server: servers.Server
) -> AsyncIterator[None]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "garden",
        f"--seed-kubeconfig={seed_server.kubeconfig_file('resource-manager')}",
        f"--shoot-kubeconfig={shoot_server.kubeconfig_file('resource-manager')}",
        "--no-apply",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(binaries.PROJECT, "test"),
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        if await process.stdout.readline() != b"ready\n":
            message = "cannot start the stand-in resource manager; its error is above"
            raise RuntimeError(message)
        yield
    finally:
        process.stdin.close()
        await process.wait()
