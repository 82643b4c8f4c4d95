# SPDX-License-Identifier: Apache-2.0
"""Nodes that are not for us, and installations that fail: the node is left as it was."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager

import pytest
from daemonset import bundles, images, installation, look, waiting
from ground import cluster, gardener, machine, node_agent

from installer import names

pytestmark = pytest.mark.timeout(600)

CONFIGURATION = "/var/lib/kubelet/config/kubelet"
UNIT = "/etc/systemd/system/kubelet.service"


@pytest.fixture
async def node(shoot: cluster.Cluster, endures: str) -> AsyncIterator[machine.Machine]:
    """A node with a pod; what lies on it and runs on it is the same at the end."""
    async with look.left_as_it_was(shoot, "node-2", endures) as on:
        yield on


@contextmanager
def text(on: machine.Machine, path: str, content: str) -> Iterator[None]:
    """Have another text in a file of the node; at the end it is what it was."""
    file = on.disk.path(path)
    before = file.read_bytes() if file.exists() else None
    mode = file.stat().st_mode & 0o777 if before is not None else 0o644
    on.disk.write(path, content, mode=mode)
    try:
        yield
    finally:
        if before is None:
            file.unlink()
        else:
            file.write_bytes(before)


def _static_cpu_manager(on: machine.Machine) -> tuple[str, str]:
    described = json.loads(on.disk.path(CONFIGURATION).read_text())
    return CONFIGURATION, json.dumps(described | {"cpuManagerPolicy": "static"})


def _foreign_endpoint(on: machine.Machine) -> tuple[str, str]:
    del on
    other = "KUBELET_EXTRA_ARGS=--container-runtime-endpoint=unix:///run/other.sock\n"
    return gardener.EXTRA_ARGS, other


def _unit_of_another_form(on: machine.Machine) -> tuple[str, str]:
    return UNIT, node_agent.kubelet_unit(on).replace(" $KUBELET_EXTRA_ARGS", "")


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (_static_cpu_manager, "cpuManagerPolicy is static"),
        (_foreign_endpoint, "another container runtime endpoint"),
        (_unit_of_another_form, "$KUBELET_EXTRA_ARGS is not the last word"),
    ],
    ids=["static-cpu-manager", "foreign-endpoint", "unit-of-another-form"],
)
async def test_an_unsupported_node_says_why(
    shoot: cluster.Cluster,
    node: machine.Machine,
    installers: images.Images,
    make: Callable[[machine.Machine], tuple[str, str]],
    reason: str,
) -> None:
    """Label, annotation and Event tell it; the pod is Ready; nothing of ours is on the node."""

    async def written() -> bool:
        return any(
            kind == "ResourceManagerUnsupported" and reason in message
            for kind, message in await look.events(shoot, node.name)
        )

    with text(node, *make(node)):
        async with installation.brought(shoot, installers.give(), node.name) as on_node:
            told = await look.until_told(shoot, node.name, "unsupported")
            await on_node.until_pod(node.name, cluster.is_ready, what="to be Ready")
            await waiting.until("an Event tells it", written)
            there = await node.run("ls", "-A", "/opt/cri-resmgr")

    assert reason in told.reason
    assert there.output == ""


async def test_a_kubelet_that_does_not_come_up_goes_back(
    shoot: cluster.Cluster, node: machine.Machine, installers: images.Images
) -> None:
    """It ends whenever it is told our socket: it gets containerd again, and all of ours goes."""
    await node.run("mv", "/opt/bin/kubelet", "/opt/bin/kubelet.real")
    wrapper = (
        "#!/bin/sh\n"
        'case "$*" in *cri-resmgr.sock*) echo "broken on purpose" >&2; exit 1 ;; esac\n'
        'exec /opt/bin/kubelet.real "$@"\n'
    )
    node.disk.write("/opt/bin/kubelet", wrapper, mode=0o755)
    try:
        async with installation.brought(shoot, installers.give(), node.name):
            told = await look.until_told(shoot, node.name, "rolled-back")
            works = await look.until_works(node)
    finally:
        await node.run("mv", "/opt/bin/kubelet.real", "/opt/bin/kubelet")

    assert "cannot move the kubelet to the relay" in told.reason
    assert works == "containerd"


async def test_a_relay_that_never_starts_is_never_given_a_kubelet(
    shoot: cluster.Cluster, node: machine.Machine, installers: images.Images
) -> None:
    """A first version that is broken ends before the kubelet is touched."""
    before = await look.started(node)
    image = installers.give(bundles.Variant("9.1.0", daemon=bundles.EXITS))
    async with installation.brought(shoot, image, node.name):
        told = await look.until_told(shoot, node.name, "rolled-back")

    assert f"cannot restart {names.RELAY_UNIT}: it failed" in told.reason
    assert await look.started(node) == before


async def test_a_disk_that_fills_up_while_programs_are_copied(
    shoot: cluster.Cluster, node: machine.Machine, installers: images.Images
) -> None:
    """There was room when it began, and suddenly there is none: what was copied goes again."""
    await node.run("mkdir", "-p", "/opt/cri-resmgr")
    await node.run("mount", "-t", "tmpfs", "-o", "size=60m", "none", "/opt/cri-resmgr")
    filler = (
        'until [ -n "$(ls -A /opt/cri-resmgr/versions 2>/dev/null)" ]; do :; done; '
        "cat /dev/zero >/opt/cri-resmgr/ballast"
    )
    filling = asyncio.create_task(node.run("sh", "-c", filler, check=False))
    try:
        async with installation.brought(shoot, installers.give(), node.name):
            told = await look.until_told(shoot, node.name, "rolled-back")
            left = await node.run("ls", "-A", "/opt/cri-resmgr")
            await filling
            await node.run("rm", "/opt/cri-resmgr/ballast")
    finally:
        filling.cancel()
        await node.run("umount", "--lazy", "/opt/cri-resmgr")

    assert "No space left on device" in told.reason
    assert left.output.split() == ["ballast"]


async def test_a_full_disk_for_the_journal(
    shoot: cluster.Cluster, node: machine.Machine, installers: images.Images
) -> None:
    """Nothing is begun that could not be noted, and the kubelet stays as it is."""
    before = await look.started(node)
    await node.run("mkdir", "-p", look.STATE)
    await node.run("mount", "-t", "tmpfs", "-o", "size=64k", "none", look.STATE)
    await node.run("sh", "-c", f"cat /dev/zero >{look.STATE}/ballast", check=False)
    try:
        async with installation.brought(shoot, installers.give(), node.name):
            told = await look.until_told(shoot, node.name, "rolled-back")
            left = await node.run("find", "/opt/cri-resmgr", "-mindepth", "1")
            kubelet = await look.started(node)
            await node.run("rm", f"{look.STATE}/ballast")
    finally:
        await node.run("umount", "--lazy", look.STATE)

    assert "No space left on device" in told.reason
    assert left.output == ""
    assert kubelet == before


async def test_a_second_installer_waits(
    shoot: cluster.Cluster, node: machine.Machine, installers: images.Images
) -> None:
    """A person's command says that another one is at work, and begins when the pod has ended."""
    program = f"{look.CURRENT}/cri-resmgr-installer"

    async def moved() -> bool:
        return await look.works(node) == "relay"

    async with installation.brought(shoot, installers.give(), node.name):
        await waiting.until("the kubelet is on the relay", moved)
        removing = await node.run(program, "remove", check=False, timeout=180)
        log = await look.pod_log(node)

    assert "another installer is at work" in removing.errors
    assert removing.output == "removed\n"
    assert "install: done" in log
