# SPDX-License-Identifier: Apache-2.0
"""Calls of our own: one message there, one message back."""

import asyncio
import dataclasses

from ..wire import codes, fields
from ..wire.grpc import codes as grpc_codes
from ..wire.grpc import encodings, messages, statuses, timeouts
from . import upstream


@dataclasses.dataclass(frozen=True, slots=True)
class Reply:
    """How a call was answered: a status, and a message where that is OK.

    `head` and `trailers` are those of the runtime, passed on with the rest where there are some.
    """

    status: statuses.Status = statuses.OK
    message: bytes = b""
    head: fields.Block | None = None
    trailers: fields.Block | None = None


def failure(code: grpc_codes.Code, message: str) -> Reply:
    """A reply that is nothing but a status."""
    return Reply(statuses.Status(code, message))


def request_head(
    method: str,
    *,
    timeout: float | None = None,
    metadata: fields.Fields = (),
    authority: bytes = b"localhost",
) -> fields.Block:
    """The head of a call of our own; `method` is a path such as /runtime.v1.RuntimeService/Version.

    Metadata names are lower case.
    """
    deadline = () if timeout is None else ((b"grpc-timeout", timeouts.format_seconds(timeout)),)
    return fields.Block(
        (
            (b":method", b"POST"),
            (b":scheme", b"http"),
            (b":path", method.encode()),
            (b":authority", authority),
            (b"content-type", statuses.CONTENT_TYPE),
            (b"user-agent", b"cri-resmgr"),
            (b"te", b"trailers"),
            *deadline,
            *metadata,
        )
    )


class Exchange:
    """One call under way; `done` gets its reply and never an exception."""

    def __init__(self, runtime: upstream.Upstream, block: fields.Block, message: bytes) -> None:
        self.done: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._upstream = runtime
        self._block = block
        self._content = memoryview(messages.frame(message))
        self._reader = messages.Reader()
        self._messages: list[tuple[bool, bytes]] = []
        self._head: fields.Block | None = None
        self._up: upstream.UpstreamLink | None = None
        self._up_id = 0
        self._again = False

    def start(self) -> None:
        """Open the stream, or wait for one."""
        link = self._upstream.acquire(self)
        if link is not None:
            self.stream_granted(link)

    def cancel(self) -> None:
        """Nobody wants the reply any more: the runtime is told."""
        if self._up is not None:
            self._up.drop(self._up_id, codes.ErrorCode.CANCEL)
            self._up = None
        self._upstream.withdraw(self)

    def _end(self, reply: Reply, code: int | None = None) -> None:
        if self._up is not None:
            self._up.drop(self._up_id, code)
            self._up = None
        if not self.done.done():
            self.done.set_result(reply)

    # -- upstream.Waiting ---------------------------------------------------------------------

    def stream_granted(self, granted: upstream.UpstreamLink) -> None:
        """Send all there is to send."""
        self._up = granted
        self._up_id = granted.open(self, self._block, end_stream=False)
        granted.connection.data(self._up_id, self._content, end_stream=True)

    def stream_refused(self, message: str) -> None:
        """There is no runtime."""
        self._end(failure(grpc_codes.Code.UNAVAILABLE, message))

    # -- calls.Outgoing -----------------------------------------------------------------------

    def response_head(self, block: fields.Block, *, end_stream: bool) -> None:
        """The head; a call that failed often has nothing else."""
        self._head = block
        if end_stream:
            self._end(Reply(statuses.of_block(block), head=block))
        elif block.get(b":status") != b"200":
            self._end(Reply(statuses.of_http(block)), codes.ErrorCode.CANCEL)

    def response_data(self, data: memoryview, *, end_stream: bool) -> None:
        """More of the message."""
        up = self._up
        if up is None:
            return
        try:
            self._messages.extend(self._reader.feed(data))
        except messages.TooLargeError as cause:
            self._end(
                failure(grpc_codes.Code.RESOURCE_EXHAUSTED, str(cause)), codes.ErrorCode.CANCEL
            )
            return
        if len(self._messages) > 1:
            self._end(
                failure(grpc_codes.Code.INTERNAL, "more than one message came"),
                codes.ErrorCode.CANCEL,
            )
            return
        if end_stream:
            self._end(failure(grpc_codes.Code.INTERNAL, "the response has no trailers"))
            return
        up.connection.consumed(self._up_id, len(data))
        up.touch()

    def response_trailers(self, block: fields.Block) -> None:
        """The end."""
        status = statuses.of_block(block)
        if status.code is not grpc_codes.Code.OK:
            self._end(Reply(status, head=self._head, trailers=block))
            return
        if not self._messages or self._reader.size:
            self._end(failure(grpc_codes.Code.INTERNAL, "the response has no whole message"))
            return
        compressed, message = self._messages[0]
        if compressed and self._head is not None:
            try:
                message = encodings.decompress(message, encodings.of_block(self._head))
            except encodings.UnreadableError as cause:
                self._end(failure(grpc_codes.Code.INTERNAL, f"the response: {cause}"))
                return
        self._end(Reply(status, message, self._head, block))

    def response_reset(self, code: int, message: str) -> None:
        """The runtime gave up; a call that it has not begun is made once more.

        RFC 9113, section 8.7: a refused stream was not processed, so trying again is safe.
        """
        self._up = None
        if code == codes.ErrorCode.REFUSED_STREAM and self._head is None and not self._again:
            self._again = True
            self.start()
            return
        self._end(Reply(statuses.of_reset(code, message)))

    def response_lost(self, message: str) -> None:
        """The runtime is gone."""
        self._up = None
        text = f"the connection to the runtime was lost: {message}"
        self._end(failure(grpc_codes.Code.UNAVAILABLE, text))

    def request_sent(self, size: int) -> None:
        """Nothing waits for it."""


async def exchange(
    runtime: upstream.Upstream, block: fields.Block, message: bytes, *, timeout: float | None
) -> Reply:
    """Make a call whose head is there; its reply tells of every failure.

    A caller that is cancelled, and a deadline, cancel the call at the runtime.
    """
    call = Exchange(runtime, block, message)
    call.start()
    try:
        async with asyncio.timeout(timeout):
            return await call.done
    except TimeoutError:
        return failure(grpc_codes.Code.DEADLINE_EXCEEDED, "the deadline has passed")
    finally:
        call.cancel()


async def call(
    runtime: upstream.Upstream,
    method: str,
    message: bytes,
    *,
    timeout: float | None,
    metadata: fields.Fields = (),
) -> bytes:
    """Make a call and give the message of its reply.

    `timeout` is in seconds, None for no deadline. Raises `statuses.CallError` for every other
    outcome.
    """
    head = request_head(method, timeout=timeout, metadata=metadata)
    reply = await exchange(runtime, head, message, timeout=timeout)
    if reply.status.code is not grpc_codes.Code.OK:
        raise statuses.CallError(reply.status.code, reply.status.message)
    return reply.message
