# SPDX-License-Identifier: Apache-2.0
"""RemoveContainer: a container is forgotten, whether the runtime succeeds or not (section 4.7)."""

from typing import Final

from ..engine import events
from ..protobuf import reading
from . import api_pb2, calls
from .calls import Forward
from .session import Session

METHOD: Final = "RemoveContainer"


async def handle(session: Session, message: bytes, forward: Forward) -> bytes:
    """Forward, then forget; the runtime's error is passed on after that."""
    return await calls.whatever_comes(forward, message, lambda: _forget(session, message))


async def _forget(session: Session, message: bytes) -> None:
    with session.guard(METHOD):
        request = reading.read(api_pb2.RemoveContainerRequest, message)
        await session.take(events.ContainerRemoved(request.container_id), METHOD).carried_out()
