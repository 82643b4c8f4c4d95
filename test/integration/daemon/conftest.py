# SPDX-License-Identifier: Apache-2.0
"""A real containerd once a session, daemons of several configurations before it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from node import containerd, daemons


@pytest.fixture(scope="session")
def runtime() -> Iterator[containerd.Containerd]:
    """A containerd with busybox in it; where none can run, the test says so and fails."""
    reason = containerd.why_not()
    if reason:
        pytest.fail(f"cannot test on a real containerd: {reason}")
    with containerd.running() as started:
        yield started


@pytest.fixture
async def none(runtime: containerd.Containerd, tmp_path: Path) -> AsyncIterator[daemons.Node]:
    """A daemon without any configuration."""
    async with daemons.node(runtime, tmp_path) as made:
        yield made


@pytest.fixture
async def static(runtime: containerd.Containerd, tmp_path: Path) -> AsyncIterator[daemons.Node]:
    """A daemon with policy static, which keeps CPU 0 for whoever shares."""
    async with daemons.node(runtime, tmp_path, daemons.STATIC) as made:
        yield made
