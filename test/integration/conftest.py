# SPDX-License-Identifier: Apache-2.0
"""Servers once a session, a scrubbed ground for each test."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from garden import ground, install, servers


@pytest.fixture(scope="session")
def both_servers() -> Iterator[tuple[servers.Server, servers.Server]]:
    """A seed (audited) with our CRDs, and a shoot."""
    with servers.running("seed", "shoot", audit=True) as (seed, shoot):

        async def prepare() -> None:
            async with seed.client() as client:
                await install.crds(client)

        asyncio.run(prepare())
        yield seed, shoot


@pytest.fixture(scope="session")
def seed_server(both_servers: tuple[servers.Server, servers.Server]) -> servers.Server:
    """The seed's API server."""
    return both_servers[0]


@pytest.fixture(scope="session")
def shoot_server(both_servers: tuple[servers.Server, servers.Server]) -> servers.Server:
    """The shoot's API server."""
    return both_servers[1]


@pytest.fixture(scope="session")
def controller_kubeconfig(seed_server: servers.Server) -> Path:
    """The way to the seed with the rights of our chart only."""
    return asyncio.run(install.seed(seed_server))


@pytest.fixture
async def bare_ground(
    seed_server: servers.Server, shoot_server: servers.Server
) -> AsyncIterator[ground.Ground]:
    """Stand-ins at work, without a kubeconfig for a controller."""
    async with ground.opened(seed_server, shoot_server, Path("/nonexistent")) as opened:
        yield opened


@pytest.fixture
async def whole_ground(
    seed_server: servers.Server, shoot_server: servers.Server, controller_kubeconfig: Path
) -> AsyncIterator[ground.Ground]:
    """Stand-ins at work, and a kubeconfig for the controller with its chart's rights."""
    async with ground.opened(seed_server, shoot_server, controller_kubeconfig) as opened:
        yield opened
