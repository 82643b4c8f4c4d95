# SPDX-License-Identifier: Apache-2.0
"""StartContainer: a container runs; in which state it was before is the runtime's business.

Against section 4.5, where a container in an unexpected state was refused: a container that was
learnt from a list could then never be started.
"""

from typing import Final

from ..engine import events
from . import api_pb2, reading
from .calls import Forward
from .session import Session

METHOD: Final = "StartContainer"


async def handle(session: Session, message: bytes, forward: Forward) -> bytes:
    """Forward, then know that it runs."""
    answer = await forward(message)
    with session.guard(METHOD):
        request = reading.read(api_pb2.StartContainerRequest, message)
        taken = session.take(events.ContainerStarted(request.container_id), METHOD)
        if taken.outcome.container is None:
            session.unknown(METHOD, request.container_id)
        await taken.carried_out()
    return answer
