# SPDX-License-Identifier: Apache-2.0
"""RemoveContainer: a container is forgotten, whether the runtime succeeds or not (section 4.7)."""

from typing import Final

from ..engine import events
from ..protobuf import reading
from ..wire.grpc.statuses import CallError
from . import api_pb2
from .calls import Forward
from .session import Session

METHOD: Final = "RemoveContainer"


async def handle(session: Session, message: bytes, forward: Forward) -> bytes:
    """Forward, then forget; the runtime's error is passed on after that."""
    try:
        answer = await forward(message)
    except CallError:
        await _forget(session, message)
        raise
    await _forget(session, message)
    return answer


async def _forget(session: Session, message: bytes) -> None:
    with session.guard(METHOD):
        request = reading.read(api_pb2.RemoveContainerRequest, message)
        await session.take(events.ContainerRemoved(request.container_id), METHOD).carried_out()
