# SPDX-License-Identifier: Apache-2.0
"""What `config plan` tells of a daemon at work is what then becomes of it."""

import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import Any

import yaml
from garden import binaries
from node import daemons, kubelet

from resmgr import cpuset

PROGRAM = "from ctl.main import main; raise SystemExit(main())"
CPU = 1024
NONE: dict[str, object] = {"policy": {"Active": "none"}}
SMALLER: dict[str, object] = {
    "policy": {
        "Active": "static",
        "AvailableResources": {"CPU": "cpuset:0"},
        "ReservedResources": {"CPU": "cpuset:0"},
    }
}


async def plan(node: daemons.Node, wanted: dict[str, object], folder: Path) -> dict[str, Any]:
    """Plan a configuration beside the daemon."""
    (folder / "wanted.yaml").write_text(yaml.safe_dump(wanted))
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PROGRAM, "config", "plan", "-o", "json"),
        f"--socket={node.daemon.introspection_socket}",
        f"--relay-dir={node.daemon.state}",
        str(folder / "wanted.yaml"),
        stdout=asyncio.subprocess.PIPE,
        cwd=binaries.PROJECT,
    )
    out, _ = await child.communicate()
    found: dict[str, Any] = json.loads(out)
    return found


async def apply(node: daemons.Node, wanted: dict[str, object], words: str) -> None:
    """Have the daemon read it; wait for its answer."""
    node.daemon.configure(wanted)
    assert node.daemon.child is not None
    node.daemon.child.send_signal(signal.SIGHUP)
    await node.daemon.logged(words)


async def test_who_moves_does_so_as_planned(static: daemons.Node, tmp_path: Path) -> None:
    """The kernel has for the container what the plan told."""
    pod = await static.kubelet.run_pod("pinned", kubelet.GUARANTEED)
    container = await static.kubelet.run(pod, shares=CPU)

    found = await plan(static, NONE, tmp_path)
    before = kubelet.cpus(pod, container)
    await apply(static, NONE, "using the new")

    (one,) = found["moves"]
    online = Path("/sys/devices/system/cpu/online").read_text().strip()
    assert found["fine"]
    assert (one["container"], one["before"]["cpus"]) == ("default/pinned:main", before)
    assert cpuset.parse(one["after"]["cpus"]) == cpuset.parse(online)
    await daemons.until_cpus(pod, container, one["after"]["cpus"])


async def test_what_is_refused_was_planned_so(static: daemons.Node, tmp_path: Path) -> None:
    """In the daemon's own words; the plan itself has changed nothing."""
    pod = await static.kubelet.run_pod("pinned", kubelet.GUARANTEED)
    container = await static.kubelet.run(pod, shares=CPU)
    had = kubelet.cpus(pod, container)

    found = await plan(static, SMALLER, tmp_path)
    await apply(static, SMALLER, "rejected")

    assert not found["fine"]
    assert found["refused"]
    for line in found["refused"]:
        assert line in static.daemon.log.read_text()
    assert list(found["short"]) == ["default/pinned:main"]
    assert kubelet.cpus(pod, container) == had
