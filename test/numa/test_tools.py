# SPDX-License-Identifier: Apache-2.0
"""`cri-resmgrctl` on cgroup v2: what it tells is what the kernel has."""

import pytest
from numa import filesystem, node

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(600)]

ASKED = f"--socket={node.INTROSPECTION}"


async def test_the_doctor_finds_nothing_wrong(here: node.Node, placed: node.Containers) -> None:
    """It knows cgroup v2, and compares what was decided with what the kernel holds."""
    told = await here.ctl(
        *("doctor", ASKED, f"--relay={node.RELAY}", f"--runtime={filesystem.RUNTIME}")
    )
    found = {one["check"]: (one["verdict"], one["detail"]) for one in told["checks"]}

    assert found["cgroups"] == ("ok", "v2")
    assert found["placements"][0] == "ok"
    assert f"{len(placed)} of {len(placed)} containers" in found["placements"][1]
    assert "wrong" not in {verdict for verdict, _ in found.values()}


async def test_what_is_held_is_that_of_the_kernel(here: node.Node, placed: node.Containers) -> None:
    """CPUs and nodes of memory beside each container are those that count; it has some memory."""
    told = await here.ctl("top", ASKED, "--once")
    held = await here.all_held(placed)

    assert {one["pod"]: node.held(one["cpus"], one["mems"]) for one in told["containers"]} == held
    assert all(sum(one["memory_by_node"].values()) for one in told["containers"])
