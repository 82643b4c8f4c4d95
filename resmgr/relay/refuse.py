# SPDX-License-Identifier: Apache-2.0
"""Requests that are not gRPC: answered as HTTP does, with a word for a person who tries curl."""

from typing import TYPE_CHECKING, Final

from ..wire import fields
from ..wire.grpc import statuses

if TYPE_CHECKING:
    from . import downstream

_TEXT: Final = b"this is a gRPC server\n"

_PATIENCE: Final = 1024 * 1024
"""Bytes of a request that are read before it is answered anyway."""


def answer_to(head: fields.Block) -> fields.Block | None:
    """The head of the answer to a request that is not gRPC; None for one that is."""
    if head.get(b":method") != b"POST":
        status = b"405"
    elif not (head.get(b"content-type") or b"").startswith(statuses.CONTENT_TYPE):
        status = b"415"
    else:
        return None
    length = b"%d" % len(_TEXT)
    return fields.Block(
        ((b":status", status), (b"content-type", b"text/plain"), (b"content-length", length))
    )


class Refused:
    """The stream of such a request: read to its end, so that its mistakes are told first."""

    __slots__ = ("_answer", "_down", "_down_id", "_left")

    def __init__(self, down: "downstream.Downstream", down_id: int, answer: fields.Block) -> None:
        self._down = down
        self._down_id = down_id
        self._answer = answer
        self._left = _PATIENCE

    def start(self, *, end_stream: bool) -> None:
        """Answer if the request is complete."""
        if end_stream:
            self._end()

    def request_data(self, data: memoryview, *, end_stream: bool) -> None:
        """Drop content."""
        self._left -= len(data)
        if end_stream or self._left < 0:
            self._end()
        else:
            self._down.connection.consumed(self._down_id, len(data))
            self._down.touch()

    def request_trailers(self, block: fields.Block) -> None:  # noqa: ARG002
        """The request ends."""
        self._end()

    def request_reset(self) -> None:
        """Nobody waits for an answer any more."""

    def response_sent(self, size: int) -> None:
        """Nothing waits for it."""

    def _end(self) -> None:
        self._down.connection.headers(self._down_id, self._answer)
        self._down.connection.data(self._down_id, memoryview(_TEXT), end_stream=True)
        self._down.calls.pop(self._down_id, None)
        self._down.touch()
