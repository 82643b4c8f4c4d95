# SPDX-License-Identifier: Apache-2.0
"""What a front end gives to an interception and gets from it."""

from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from ..engine.outcome import Refusal
from ..wire.grpc.codes import Code
from ..wire.grpc.statuses import CallError
from .session import Session

Forward = Callable[[bytes], Awaitable[bytes]]
"""Makes the call at the runtime with a message and gives its answer; called once at most.

Raises `wire.grpc.statuses.CallError` with the runtime's status.
"""

Handle = Callable[[Session, bytes, Forward], Awaitable[bytes]]
"""Handles a call: gives the runtime's answer, never an altered one, or raises `CallError`."""


class Watched(Protocol):
    """A call that is only watched. Its answer is read after it was given, or not at all."""

    @property
    def asked(self) -> int:
        """The engine's `sequence` when the call began."""

    def wanted(self, request: bytes) -> bool:
        """Whether an answer to this request tells all that earlier ones told.

        Others need not be read, and this one need not either when there is a later one.
        """

    def read(self, answer: bytes) -> None:
        """Read the answer of a call that went well and is `wanted`."""


Ask = Callable[[Session], Watched]
"""Called when a call begins that is only watched."""

NOBODY_KNOWS: Final = frozenset((Code.CANCELLED, Code.DEADLINE_EXCEEDED, Code.UNAVAILABLE))
"""Codes of calls that may have had their effect nevertheless."""


async def whatever_comes(
    forward: Forward, message: bytes, then: Callable[[], Awaitable[None]]
) -> bytes:
    """Forward, then do something whether the runtime succeeded or not; its error is passed on."""
    try:
        answer = await forward(message)
    except CallError:
        await then()
        raise
    await then()
    return answer


def refused(refusal: Refusal) -> CallError:
    """Give the error that stands for a refusal of the engine."""
    text = f"failed to allocate container resources: {refusal.message}"
    return CallError(Code.RESOURCE_EXHAUSTED, text)
