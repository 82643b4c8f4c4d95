# SPDX-License-Identifier: Apache-2.0
"""A ground and a running controller for each module, scrubbed after each test.

Tests of this folder run in the event loop of their module, as the controller's replica and the
stand-ins live as long as it does.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from garden import ground, replica, servers, stage


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def field(
    seed_server: servers.Server, shoot_server: servers.Server, controller_kubeconfig: Path
) -> AsyncIterator[ground.Ground]:
    """Stand-ins at work for a whole module."""
    async with ground.opened(seed_server, shoot_server, controller_kubeconfig) as opened:
        yield opened


@pytest.fixture(scope="module")
def component_config() -> str:
    """Component configuration of the module's controller; modules may have their own."""
    return ""


@pytest.fixture(scope="module")
def flags() -> tuple[str, ...]:
    """Further flags of the module's controller; modules may have their own."""
    return ()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(
    field: ground.Ground, component_config: str, flags: tuple[str, ...]
) -> AsyncIterator[replica.Replica]:
    """The module's controller; it must have met no error of its own when the module ends."""
    seen = stage.Stage(field)
    mark = await seen.marked()
    one = replica.Replica(field.kubeconfig, config=component_config, flags=flags)
    async with one:
        yield one
        status = await one.stop()
        text = one.log.read_text(encoding="utf-8")
        errors = [line for line in one.lines() if line["level"] == "error"]
        forbidden = [each for each in await seen.requests(mark) if each.code == 403]

        assert status == 0
        assert errors == []
        assert "Unclosed" not in text
        assert "Traceback" not in text
        assert forbidden == []


@pytest_asyncio.fixture(loop_scope="module")
async def seen(field: ground.Ground) -> AsyncIterator[stage.Stage]:
    """The module's ground with eyes, scrubbed after the test."""
    try:
        yield stage.Stage(field)
    finally:
        field.resource_manager.reset()
        await ground.scrub_seed(field.seed, leases=False)
        await ground.scrub_shoot(field.shoot)
