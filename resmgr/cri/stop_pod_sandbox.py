# SPDX-License-Identifier: Apache-2.0
"""StopPodSandbox: the pod's containers give back what they have (section 4.2)."""

from typing import Final

from ..engine import events
from ..protobuf import reading
from . import api_pb2
from .calls import Forward
from .session import Session

METHOD: Final = "StopPodSandbox"


async def handle(session: Session, message: bytes, forward: Forward) -> bytes:
    """Forward; if the runtime fails, nothing is given back."""
    answer = await forward(message)
    with session.guard(METHOD):
        request = reading.read(api_pb2.StopPodSandboxRequest, message)
        await session.take(events.PodStopped(request.pod_sandbox_id), METHOD).carried_out()
    return answer
