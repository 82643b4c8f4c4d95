# SPDX-License-Identifier: Apache-2.0
"""UpdateContainerResources: an in-place resize is applied, CPU and memory sets stay the policy's.

Against section 4.8, where such a request was swallowed, which breaks the resize of pods. The policy
hears of the new resources first; with policy `none` the request goes on byte for byte.
"""

from typing import Final

from ..engine import events
from ..model import Container, LinuxResources
from ..protobuf import reading
from ..wire.grpc.statuses import CallError
from . import api_pb2, calls, resources
from .calls import Forward
from .session import Session, Taken

METHOD: Final = "UpdateContainerResources"

_PINS_NOTHING: Final = "none"


async def handle(session: Session, message: bytes, forward: Forward) -> bytes:
    """Decide, forward; take the decision back if the runtime refuses."""
    request = api_pb2.UpdateContainerResourcesRequest()
    taken: Taken | None = None
    before: Container | None = None
    with session.guard(METHOD):
        request = reading.read(api_pb2.UpdateContainerResourcesRequest, message)
        before = session.engine.ledger.find(request.container_id)
        asked = resources.read(request.linux)
        taken = session.take(events.ContainerResized(request.container_id, asked), METHOD, own=True)
    if taken is None:
        return await forward(message)
    if before is None:
        session.unknown(METHOD, request.container_id)
        return await forward(message)
    await taken.carried_out()
    if taken.outcome.refusal is not None:
        raise calls.refused(taken.outcome.refusal)
    changed = message
    with session.guard(METHOD):
        changed = _changed(session, taken, request, message)
    return await _update(session, before, changed, forward)


def _changed(
    session: Session, taken: Taken, request: api_pb2.UpdateContainerResourcesRequest, given: bytes
) -> bytes:
    """Give the request as it has to be; the bytes `given` when it is so already."""
    was = request.linux.SerializeToString(deterministic=True)
    resources.write(request.linux, session.request_change(taken.outcome).linux)
    container = taken.outcome.container
    pins = session.changes_requests and session.engine.policy.name != _PINS_NOTHING
    if container is not None and pins:
        kept = session.resources(container.cache_id) or container.linux
        if request.linux.cpuset_cpus:
            resources.write(request.linux, LinuxResources(cpuset_cpus=kept.cpuset_cpus))
        if request.linux.cpuset_mems:
            resources.write(request.linux, LinuxResources(cpuset_mems=kept.cpuset_mems))
    same = request.linux.SerializeToString(deterministic=True) == was
    return given if same else request.SerializeToString()


async def _update(session: Session, before: Container, message: bytes, forward: Forward) -> bytes:
    sent = session.resources(before.cache_id)
    try:
        answer = await forward(message)
    except CallError as error:
        if error.status.code not in calls.NOBODY_KNOWS:
            with session.guard(METHOD):
                back = events.ContainerResized(before.id, before.linux)
                await session.take(back, METHOD).carried_out()
        raise
    with session.guard(METHOD):
        await session.catch_up(before.cache_id, sent).carried_out()
    return answer
