# SPDX-License-Identifier: Apache-2.0
"""A runtime that answers as a test says: by method, and by the id that is asked for."""

import json
from typing import Any

from resmgr.cri import api_pb2
from resmgr.wire.grpc.codes import Code
from resmgr.wire.grpc.statuses import CallError

Answer = bytes | CallError


class Runtime:
    """A `caller.Caller`; `answers` are by path of the method, or by `METHOD ID`."""

    def __init__(self, **answers: Answer) -> None:
        """Answer v1 methods by their plain names."""
        self.answers = {f"/runtime.v1.RuntimeService/{name}": one for name, one in answers.items()}
        self.seen: list[tuple[str, bytes]] = []

    async def call(self, method: str, message: bytes, timeout: float, /) -> bytes:
        """Answer, or fail as is said; a method that nobody spoke of is not implemented."""
        assert timeout > 0
        self.seen.append((method, message))
        answer = self.answers.get(method, CallError(Code.UNIMPLEMENTED, f"unknown {method}"))
        if method.endswith("Status"):
            asked = api_pb2.ContainerStatusRequest.FromString(message)
            assert asked.verbose
            name = f"{method.rpartition('/')[2]} {asked.container_id}"
            answer = self.answers.get(name, CallError(Code.NOT_FOUND, f"no {asked.container_id}"))
        if isinstance(answer, CallError):
            raise answer
        return answer


def info(**told: Any) -> dict[str, str]:
    """Make a verbose status's texts."""
    return {"info": json.dumps(told)}
