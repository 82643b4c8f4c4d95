# SPDX-License-Identifier: Apache-2.0
"""A real containerd once a session, a relay before it for each test."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from node import containerd, relays


@pytest.fixture(scope="session")
def runtime() -> Iterator[containerd.Containerd]:
    """A containerd with busybox in it; where none can run, the test says so and fails."""
    reason = containerd.why_not()
    if reason:
        pytest.fail(f"cannot test on a real containerd: {reason}")
    with containerd.running() as started:
        yield started


@pytest.fixture
async def relay(runtime: containerd.Containerd, tmp_path: Path) -> AsyncIterator[relays.Relay]:
    """A relay without any policy between a socket in a folder and containerd."""
    async with relays.opened(tmp_path / "relay.sock", runtime.socket) as opened:
        yield opened
