# SPDX-License-Identifier: Apache-2.0
"""A small API server and a client of it; see `api_server`."""

from collections.abc import AsyncIterator

import pytest
from unit.controller import api_server, stage

from controller import kube


class Clock:
    """A clock that stands still until it is moved; seconds."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Give the time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Give a clock that a test moves."""
    return Clock()


@pytest.fixture
async def server() -> AsyncIterator[api_server.ApiServer]:
    """Run an empty API server."""
    async with api_server.serve(api_server.ApiServer()) as running:
        yield running


@pytest.fixture
async def client(server: api_server.ApiServer, clock: Clock) -> AsyncIterator[kube.Client]:
    """Give a client of that server."""
    async with kube.Client(kube.Connection(server.url), clock=clock) as open_client:
        yield open_client


@pytest.fixture
def scene(server: api_server.ApiServer, client: kube.Client) -> stage.Stage:
    """Give the controller's parts around that server, with the Cluster of one awake shoot."""
    return stage.Stage(server, client)
