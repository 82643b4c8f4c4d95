# SPDX-License-Identifier: Apache-2.0
"""One virtual machine with four NUMA nodes, one daemon and some containers for all tests.

Instructions are carried out by a program, so that a start takes seconds: tests leave all as they
found it, instead of beginning anew.
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from numa import filesystem, guest, layout, machine, node

from resmgr.policy.balloons import choose


@pytest.fixture(scope="session")
def booted(bundle: Path) -> Iterator[guest.Guest]:
    """The machine."""
    with machine.running(bundle, layout.FOUR_NODES) as made:
        yield made


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def here(
    booted: guest.Guest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[node.Node]:
    """A node in it, whose daemon places by topology and keeps CPU 0 for the system."""
    await booted.output(
        f"while [ ! -S {filesystem.RUNTIME} ]; do sleep 0.1; done;"
        f" ctr -n k8s.io images import --snapshotter native {filesystem.IMAGES}"
    )
    async with node.opened(booted, tmp_path_factory.mktemp("logs")) as made:
        await made.start(node.TOPOLOGY_AWARE)
        yield made


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def placed(here: node.Node) -> node.Containers:
    """One that shares, one with two CPUs, one with five, one that wants memory of one kind."""
    memory = {"memory-type.cri-resource-manager.intel.com/pod": "hbm"}
    return {
        "shared": await here.run("shared"),
        "two": await here.run("two", cpus=2, annotations={choose.ANNOTATION: "two"}),
        "five": await here.run("five", cpus=5, annotations={choose.ANNOTATION: "five"}),
        "fast": await here.run("fast", annotations=memory),
    }
