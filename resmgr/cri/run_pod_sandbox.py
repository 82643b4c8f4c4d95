# SPDX-License-Identifier: Apache-2.0
"""RunPodSandbox: a pod is known as soon as the runtime has made its sandbox (section 4.1)."""

from typing import Final

from ..engine import events
from ..protobuf import reading
from . import api_pb2, pods
from .calls import Forward
from .session import Session

METHOD: Final = "RunPodSandbox"


async def handle(session: Session, message: bytes, forward: Forward) -> bytes:
    """Forward, then learn the pod; former sandboxes of the same pod give back what they have."""
    answer = await forward(message)
    with session.guard(METHOD):
        request = reading.read(api_pb2.RunPodSandboxRequest, message)
        made = reading.read(api_pb2.RunPodSandboxResponse, answer)
        pod = pods.configured(made.pod_sandbox_id, request.config)
        await session.take(events.PodStarted(pod), METHOD).carried_out()
    return answer
