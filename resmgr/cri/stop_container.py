# SPDX-License-Identifier: Apache-2.0
"""StopContainer: a container gives back what it has (section 4.6)."""

from typing import Final

from ..engine import events
from ..protobuf import reading
from . import api_pb2
from .calls import Forward
from .session import Session

METHOD: Final = "StopContainer"


async def handle(session: Session, message: bytes, forward: Forward) -> bytes:
    """Forward; if the runtime fails, nothing is given back."""
    answer = await forward(message)
    with session.guard(METHOD):
        request = reading.read(api_pb2.StopContainerRequest, message)
        await session.take(events.ContainerStopped(request.container_id), METHOD).carried_out()
    return answer
