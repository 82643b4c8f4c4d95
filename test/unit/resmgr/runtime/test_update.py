# SPDX-License-Identifier: Apache-2.0
"""Updates of a container."""

import pytest
from unit.resmgr.runtime import answers

from resmgr.cri import api_pb2
from resmgr.model import Container, LinuxResources
from resmgr.runtime import caller, update
from resmgr.wire.grpc.codes import Code
from resmgr.wire.grpc.statuses import CallError

CONTAINER = Container(
    "uid:main", "p", "main", id="c1", linux=LinuxResources(shares=512, cpuset_cpus=0b11)
)


async def test_all_that_is_set_is_sent() -> None:
    """An update names the runtime's id and carries all resources that are set."""
    runtime = answers.Runtime(UpdateContainerResources=b"")

    await update.update(caller.Runtime(runtime), CONTAINER)

    sent = api_pb2.UpdateContainerResourcesRequest.FromString(runtime.seen[0][1])
    assert sent == api_pb2.UpdateContainerResourcesRequest(
        container_id="c1",
        linux=api_pb2.LinuxContainerResources(cpu_shares=512, cpuset_cpus="0-1"),
    )


async def test_the_runtimes_error_comes_out() -> None:
    """A failed update is the caller's to tell."""
    error = CallError(Code.NOT_FOUND, "no c1")
    runtime = answers.Runtime(UpdateContainerResources=error)

    with pytest.raises(CallError) as caught:
        await update.update(caller.Runtime(runtime), CONTAINER)

    assert caught.value is error
