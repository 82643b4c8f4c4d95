# SPDX-License-Identifier: Apache-2.0
"""A node for whole daemons; see `fake_node`."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from unit.resmgr.daemon import fake_node


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[fake_node.Node]:
    """A node of eight CPUs."""
    async with fake_node.node(tmp_path) as made:
        yield made
