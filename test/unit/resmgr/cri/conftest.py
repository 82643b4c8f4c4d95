# SPDX-License-Identifier: Apache-2.0
"""A node for each test."""

from collections.abc import AsyncIterator

import pytest
from unit.resmgr.cri import tiny


@pytest.fixture
async def node() -> AsyncIterator[tiny.Node]:
    """Give a node with a policy that gives each container one of four CPUs."""
    async with tiny.node() as made:
        yield made


@pytest.fixture
async def even() -> AsyncIterator[tiny.Node]:
    """Give a node with a policy that spreads eight CPUs over all containers."""
    async with tiny.node(tiny.Even()) as made:
        yield made


@pytest.fixture
async def none() -> AsyncIterator[tiny.Node]:
    """Give a node with the policy that does nothing."""
    async with tiny.node(tiny.none()) as made:
        yield made
