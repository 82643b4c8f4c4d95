# SPDX-License-Identifier: Apache-2.0
"""StartContainer: a container runs; in which state it was before is the runtime's business.

Against section 4.5, where a container in an unexpected state was refused: a container that was
learnt from a list could then never be started.
"""

from typing import Final

from ..engine import events
from ..protobuf import reading
from . import api_pb2
from .calls import Forward
from .session import Session

METHOD: Final = "StartContainer"


async def handle(session: Session, message: bytes, forward: Forward) -> bytes:
    """Forward, then know that it runs.

    What was decided for it meanwhile is sent again: a runtime that is about to start a container
    takes an update and may still start it with what it had before (seen with containerd 1.6).
    """
    request, known, certain = None, None, True
    with session.guard(METHOD):
        request = reading.read(api_pb2.StartContainerRequest, message)
        known = session.engine.ledger.find(request.container_id)
        certain = known is None or not session.updating(known.cache_id)
    answer = await forward(message)
    if request is None:
        return answer
    with session.guard(METHOD):
        taken = session.take(events.ContainerStarted(request.container_id), METHOD)
        if taken.outcome.container is None:
            session.unknown(METHOD, request.container_id)
        await taken.carried_out()
        if known is not None:
            again = session.catch_up(known.cache_id, known.linux, anyway=not certain)
            await again.carried_out()
    return answer
