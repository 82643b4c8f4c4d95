# SPDX-License-Identifier: Apache-2.0
"""CreateContainer: the policy decides, others make room, the changed request goes on (section 4.4).

What is decided is written before anything goes on, so a kill at any moment leaves a container that
is known as being created, which the start-up synchronisation finds in the runtime or gives up.

When a call is cut off on its way (cancelled, out of time, the runtime's connection lost), nobody
knows whether the runtime has made the container. What was allocated stays allocated then: a
complete list that shows the container makes it known by its id; a new attempt to create it, or the
end of its pod, gives back what it has.
"""

import asyncio
from typing import Final

from ..engine import events
from ..engine.outcome import Outcome
from ..protobuf import reading
from ..wire.grpc.statuses import CallError
from . import api_pb2, calls, containers
from .calls import Forward
from .session import Creation, Session, Taken

METHOD: Final = "CreateContainer"


async def handle(session: Session, message: bytes, forward: Forward) -> bytes:
    """Decide, forward, learn the container's id. A request that is not understood goes on."""
    request = api_pb2.CreateContainerRequest()
    taken: Taken | None = None
    with session.guard(METHOD):
        request = reading.read(api_pb2.CreateContainerRequest, message)
        event = session.locate(containers.creating(request))
        taken = session.take(event, METHOD, own=True)
    if taken is None or taken.outcome.container is None:
        return await forward(message)
    if taken.outcome.refusal is not None:
        await taken.carried_out()
        raise calls.refused(taken.outcome.refusal)
    container = taken.outcome.container
    creation = Creation(container.cache_id, container.pod_id, container.name, container.attempt)
    session.creations[creation.cache_id] = creation
    changed = await _decided(session, creation, taken, request, message)
    return await _create(session, creation, changed, forward)


async def _decided(
    session: Session,
    creation: Creation,
    taken: Taken,
    request: api_pb2.CreateContainerRequest,
    message: bytes,
) -> bytes:
    """Wait until others have made room; give the request as it has to be by then."""
    try:
        await taken.carried_out()
    except asyncio.CancelledError:
        _failed(session, creation)
        raise
    with session.guard(METHOD):
        return containers.changed(request, session.request_change(taken.outcome), message)
    return message


async def _create(session: Session, creation: Creation, message: bytes, forward: Forward) -> bytes:
    creation.sent = session.resources(creation.cache_id)
    try:
        answer = await forward(message)
    except CallError as error:
        if error.status.code in calls.NOBODY_KNOWS:
            creation.cut_off = True
        else:
            await _failed(session, creation).carried_out()
        raise
    except BaseException:
        creation.cut_off = True
        raise
    with session.guard(METHOD):
        made = reading.read(api_pb2.CreateContainerResponse, answer)
        if session.creations.get(creation.cache_id) is creation:
            del session.creations[creation.cache_id]
            session.take(events.ContainerCreated(creation.cache_id, made.container_id), METHOD)
            await session.catch_up(creation.cache_id, creation.sent).carried_out()
    return answer


def _failed(session: Session, creation: Creation) -> Taken:
    """Give back what a container was given that does not exist, unless it is being made anew."""
    if session.creations.get(creation.cache_id) is not creation:
        return Taken(Outcome())
    del session.creations[creation.cache_id]
    return session.take(events.CreateFailed(creation.cache_id), METHOD)
