# SPDX-License-Identifier: Apache-2.0
"""`cri-resmgrctl reconcile` beside a daemon at work, after somebody went behind its back."""

import asyncio
import json
import sys
from typing import Any

import pytest
from garden import binaries
from node import daemons, kubelet

PROGRAM = "from ctl.main import main; raise SystemExit(main())"
CPU = 1024


async def reconcile(node: daemons.Node, *words: str) -> tuple[int, list[dict[str, Any]]]:
    """Run it as a program; give its status and the differences."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PROGRAM, "reconcile", "-o", "json"),
        f"--relay={node.daemon.socket}",
        f"--socket={node.daemon.introspection_socket}",
        f"--runtime={node.runtime.socket}",
        f"--relay-dir={node.daemon.state}",
        *words,
        stdout=asyncio.subprocess.PIPE,
        cwd=binaries.PROJECT,
    )
    out, _ = await child.communicate()
    assert child.returncode is not None
    found: list[dict[str, Any]] = json.loads(out)["differences"]
    return child.returncode, found


@pytest.fixture
async def pinned(static: daemons.Node) -> tuple[daemons.Node, kubelet.Pod, str]:
    """A container with a CPU for itself."""
    pod = await static.kubelet.run_pod("pinned", kubelet.GUARANTEED)
    return static, pod, await static.kubelet.run(pod, shares=CPU)


async def test_sides_that_agree(pinned: tuple[daemons.Node, kubelet.Pod, str]) -> None:
    """Nothing is told, and nothing is changed."""
    assert await reconcile(pinned[0]) == (0, [])


async def test_a_cpuset_that_somebody_else_has_written(
    pinned: tuple[daemons.Node, kubelet.Pod, str],
) -> None:
    """Is told by a dry run, which leaves it; then it is as it was decided."""
    node, pod, container = pinned
    await node.past.update(container, cpuset_cpus="0")

    told = await reconcile(node, "--dry-run")
    after_telling = kubelet.cpus(pod, container)
    mended = await reconcile(node)

    assert told[0] == 1
    assert told[1][0]["detail"] == "has CPUs 0, decided were 1"
    assert after_telling == "0"
    assert (mended[0], mended[1][0]["mended"]) == (0, True)
    assert kubelet.cpus(pod, container) == "1"


async def test_without_a_daemon_nothing_is_pinned(
    pinned: tuple[daemons.Node, kubelet.Pod, str],
) -> None:
    """What was let go of after its end stays free."""
    node, pod, container = pinned
    await node.daemon.end()
    await node.past.update(container, cpuset_cpus="0-1")

    status, found = await reconcile(node)

    assert (status, [(one["kind"], one["mended"]) for one in found]) == (1, [("differs", False)])
    assert kubelet.cpus(pod, container) == "0-1"


async def test_a_container_that_was_removed_past_the_daemon(
    pinned: tuple[daemons.Node, kubelet.Pod, str],
) -> None:
    """Its CPU is free for the next one when it lingers no more."""
    node, _, container = pinned
    await node.past.stop(container)
    await node.past.remove(container)

    status, found = await reconcile(node)
    pod = await node.kubelet.run_pod("next", kubelet.GUARANTEED)
    after = await node.kubelet.run(pod, shares=CPU)

    assert (status, [(one["kind"], one["mended"]) for one in found]) == (0, [("lingers", True)])
    assert kubelet.cpus(pod, after) == "1"


async def test_a_container_that_came_past_the_daemon(static: daemons.Node) -> None:
    """Is told with what makes it known."""
    pod = await static.past.run_pod("hidden")
    container = await static.past.run(pod)

    status, found = await reconcile(static)

    assert status == 1
    assert [(one["id"], one["kind"]) for one in found] == [(container, "unknown")]
    assert found[0]["remedy"] == "systemctl restart cri-resource-manager.service"
