# SPDX-License-Identifier: Apache-2.0
"""An API server that goes away in the middle of work and comes back (2.9, 5.4)."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from garden import ground, install, replica, servers
from garden.stage import MONITORING, NODE, Stage, operation

from controller import names
from controller.kube import paths

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]

ALONE = ("--leader-election=false",)
SHORT = (
    "--leader-election-lease-duration=3s",
    "--leader-election-renew-deadline=2s",
    "--leader-election-retry-period=500ms",
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def own_seed() -> AsyncIterator[servers.Server]:
    """A seed of this module's own, which may break."""
    server = servers.Server("own-seed", audit=True)
    await server.start()
    yield server
    server.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def own_field(
    own_seed: servers.Server, shoot_server: servers.Server
) -> AsyncIterator[ground.Ground]:
    """Stand-ins at work on that seed."""
    kubeconfig = await install.seed(own_seed)
    async with ground.opened(own_seed, shoot_server, kubeconfig) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def scene(own_field: ground.Ground) -> AsyncIterator[Stage]:
    """That ground with eyes, scrubbed after the test."""
    yield Stage(own_field)
    own_field.resource_manager.reset()
    await ground.scrub_seed(own_field.seed)
    await ground.scrub_shoot(own_field.shoot)


@pytest_asyncio.fixture(loop_scope="module")
async def one(own_field: ground.Ground) -> AsyncIterator[replica.Replica]:
    """A controller that leads without a Lease."""
    async with replica.Replica(own_field.kubeconfig, flags=ALONE) as started:
        yield started


async def until_page(one: replica.Replica, path: str, status: int, words: str = "") -> None:
    """Wait until a page of the controller has this HTTP status and these words."""
    async with asyncio.timeout(30.0):
        while True:
            found, text = await one.page(path, one.health_port)
            if found == status and words in text:
                return
            await asyncio.sleep(0.05)


async def test_in_the_middle_of_creates(
    scene: Stage, one: replica.Replica, own_seed: servers.Server
) -> None:
    """All creates end, and the controller has lived through it."""
    pid, mark = one.pid, await scene.marked()
    shoots = [await scene.prepare() for _ in range(20)]
    for shoot in shoots:
        await scene.gardenlet.deploy(shoot)
    await scene.asked(mark)

    await own_seed.restart_api_server(kill=True)
    for shoot in shoots:
        await scene.gardenlet.wait(shoot, patient=True, timeout=60.0)

    assert one.pid == pid
    assert await one.stop() == 0
    errors = [line["logger"] for line in one.lines() if line["level"] == "error"]
    assert {logger.partition(".")[0] for logger in errors} <= {"kopf"}


async def test_in_the_middle_of_deletions(
    scene: Stage, one: replica.Replica, own_seed: servers.Server
) -> None:
    """All deletions end, and nothing is left."""
    assert one.pid
    shoots = [await scene.enabled() for _ in range(15)]
    mark = await scene.marked()
    for shoot in shoots:
        await scene.gardenlet.delete(shoot, wait=False)
    await scene.asked(mark)

    await own_seed.restart_api_server(kill=True)
    for shoot in shoots:
        await scene.gardenlet.wait_gone(shoot, timeout=60.0)

    assert [await scene.left(shoot) for shoot in shoots] == [set()] * len(shoots)


async def test_probes_are_honest(
    scene: Stage, one: replica.Replica, own_seed: servers.Server
) -> None:
    """Without the API server the controller is not ready, though alive; then ready again (5.4)."""
    await own_seed.stop_api_server(kill=True)
    try:
        await until_page(one, "/readyz", 503, "[-]apiserver")
        alive = await one.page("/healthz", one.health_port)
    finally:
        await own_seed.start_api_server()
    await until_page(one, "/readyz", 200)

    assert alive[0] == 200
    assert operation(await scene.gardenlet.enable(await scene.prepare())) == ("Create", "Succeeded")


async def test_changes_during_a_gap_are_found(
    scene: Stage, one: replica.Replica, own_seed: servers.Server
) -> None:
    """What was asked while every watch was down is done after the next list (2.9)."""
    changed, deleted = await scene.enabled(), await scene.enabled()
    os.kill(one.pid, signal.SIGSTOP)
    await scene.gardenlet.deploy(changed, {"configs": {"default": "policy:\n  Active: none\n"}})
    await scene.gardenlet.delete(deleted, wait=False)
    await own_seed.restart_api_server(kill=True)

    os.kill(one.pid, signal.SIGCONT)
    await scene.gardenlet.wait(changed, timeout=60.0)
    await scene.gardenlet.wait_gone(deleted, timeout=60.0)

    assert "Active: none" in str(await scene.content(changed))


async def test_no_ghosts(scene: Stage, one: replica.Replica, own_seed: servers.Server) -> None:
    """An object that went unseen, while watches were down, is not worked on any more (2.9)."""
    ghost, other = await scene.enabled(), await scene.enabled()
    for shoot in (ghost, other):
        await scene.healthy(shoot)
    os.kill(one.pid, signal.SIGSTOP)
    await scene.change(ghost, finalizers=None)
    await scene.seed.delete(paths.extension(ghost, names.EXTENSION_TYPE))
    for name in (NODE, MONITORING):
        await scene.seed.delete(paths.managed_resource(ghost, name))
        await scene.manager.resources.gone((ghost, name))
    await own_seed.restart_api_server(kill=True)
    os.kill(one.pid, signal.SIGCONT)
    await until_page(one, "/readyz", 200)
    await scene.fence()

    config_map = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": names.OPERATOR_CONFIGS},
        "data": {"default": "policy:\n  Active: none\n"},
    }
    await scene.seed.create(paths.config_maps(install.NAMESPACE), config_map)
    await scene.until_state(other, "Reconcile", "Succeeded")
    await scene.fence()

    for name in (NODE, MONITORING):
        assert await scene.managed(ghost, name) is None


async def test_a_leader_without_an_api_server_ends(
    scene: Stage, own_field: ground.Ground, own_seed: servers.Server
) -> None:
    """A leader that cannot renew ends in time, and says why; the next one goes on (5.5)."""
    async with replica.Replica(own_field.kubeconfig, flags=SHORT) as leader:
        shoot = await scene.enabled()
        await own_seed.stop_api_server(kill=True)
        status = await leader.ended()
        await own_seed.start_api_server()
        (lost,) = await leader.logged(level="error", logger="controller.run")
        await leader.start()
        await scene.gardenlet.reconcile(shoot)
        await scene.gardenlet.wait(shoot)

    assert status == 1
    assert "cannot lead any longer: the Lease was not renewed" in lost["msg"]


async def test_start_without_an_api_server(
    own_field: ground.Ground, own_seed: servers.Server
) -> None:
    """A start while the API server is away waits for it and needs no second one."""
    await own_seed.stop_api_server(kill=True)
    one = replica.Replica(own_field.kubeconfig, flags=ALONE)
    try:
        await one.start(wait=False)
        await until_page(one, "/healthz", 200)
        await own_seed.start_api_server()
        await until_page(one, "/readyz", 200)
        status = await one.stop()
        text = one.log.read_text(encoding="utf-8")
    finally:
        await one.__aexit__(None, None, None)

    assert status == 0
    assert "Traceback" not in text
