# SPDX-License-Identifier: Apache-2.0
"""Calls that somebody handles: the request as bytes, then whatever the handler does.

A handler is an async function. It gets a `Call` and gives a `Reply`: its own, or what `forward` got
from the runtime for the same or for another message. A handler that raises `CallError` answers with
that status; one that fails otherwise before it has forwarded costs nothing: the call goes on as it
came. It is cancelled when the client gives up.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any, Protocol

from ..wire import fields
from ..wire.grpc import codes as grpc_codes
from ..wire.grpc import encodings, messages, statuses, timeouts
from . import forward, observe, peer, unary, upstream

if TYPE_CHECKING:
    from . import downstream

_LOG = logging.getLogger("cri/server")

_NOT_FORWARDED = frozenset((b"grpc-timeout", b"grpc-encoding", b"content-length"))


class Call:
    """One call of a client, whole."""

    def __init__(
        self,
        head: fields.Block,
        message: bytes,
        *,
        deadline: float | None,
        caller: peer.Peer | None,
        runtime: upstream.Upstream | None,
    ) -> None:
        self.head = head
        self.message = message
        self.deadline = deadline
        self.peer = caller
        self.reply: unary.Reply | None = None
        self.forwarded = False
        self._runtime = runtime

    @property
    def method(self) -> str:
        """The path, such as /runtime.v1.RuntimeService/CreateContainer."""
        return (self.head.get(b":path") or b"").decode("ascii", "replace")

    @property
    def metadata(self) -> fields.Fields:
        """What the client sent besides pseudo-fields."""
        return tuple(field for field in self.head.fields if not field[0].startswith(b":"))

    def remaining(self) -> float | None:
        """Seconds until the deadline; None without one."""
        if self.deadline is None:
            return None
        return max(self.deadline - asyncio.get_running_loop().time(), 0.0)

    async def forward(self, message: bytes | None = None) -> unary.Reply:
        """Make the call at the runtime, with the client's message or with another one.

        Every failure is in the reply's status. May be called once.
        """
        if self.forwarded:
            raise RuntimeError("a call is forwarded once")
        self.forwarded = True
        if self._runtime is None:
            self.reply = unary.failure(grpc_codes.Code.UNIMPLEMENTED, "nobody to forward to")
            return self.reply
        remaining = self.remaining()
        kept = [field for field in self.head.fields if field[0] not in _NOT_FORWARDED]
        if remaining is not None:
            kept.append((b"grpc-timeout", timeouts.format_seconds(remaining)))
        # The reply is to be read, so nothing is offered but plain messages.
        head = fields.Block(tuple(field for field in kept if field[0] != b"grpc-accept-encoding"))
        self.reply = await unary.exchange(
            self._runtime,
            head,
            self.message if message is None else message,
            timeout=remaining,
        )
        return self.reply


Handler = Callable[[Call], Awaitable[unary.Reply]]


class Spawner(Protocol):
    """Starts tasks and keeps them; `asyncio.TaskGroup` does."""

    def create_task(
        self, coro: Coroutine[Any, Any, None], *, name: str | None = None
    ) -> asyncio.Task[None]:
        """Start a task."""


class Intercepted:
    """The stream of a call that a handler takes: collects the request, answers, cancels."""

    def __init__(
        self,
        down: "downstream.Downstream",
        down_id: int,
        handler: Handler,
        head: fields.Block,
        *,
        runtime: upstream.Upstream | None,
        tasks: Spawner,
        budget: observe.Budget,
    ) -> None:
        self._down = down
        self._down_id = down_id
        self._handler = handler
        self._head = head
        self._runtime = runtime
        self._tasks = tasks
        self._budget = budget
        self._taken = 0
        self._unsent = 0
        self._reader = messages.Reader()
        self._messages: list[tuple[bool, bytes]] = []
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._deadline: float | None = None
        self._ended = False

    def start(self, timeout: float | None, *, end_stream: bool) -> None:
        """Wait for the request; the call ends after `timeout` seconds."""
        if timeout is not None:
            self._deadline = self._down.loop.time() + timeout
            self._timer = self._down.loop.call_later(timeout, self._expire)
        if end_stream:
            self._run()

    # -- From the client ----------------------------------------------------------------------

    def request_data(self, data: memoryview, *, end_stream: bool) -> None:
        """More of the request."""
        size = len(data)
        if not self._budget.take(size):
            self._fail(grpc_codes.Code.RESOURCE_EXHAUSTED, "too many large requests at a time")
            return
        self._taken += size
        try:
            self._messages.extend(self._reader.feed(data))
        except messages.TooLargeError as cause:
            self._fail(grpc_codes.Code.RESOURCE_EXHAUSTED, str(cause))
            return
        if len(self._messages) > 1:
            self._fail(grpc_codes.Code.UNIMPLEMENTED, "more than one message in a unary call")
        elif end_stream:
            self._run()
        else:
            self._down.connection.consumed(self._down_id, size)
            self._down.touch()

    def request_trailers(self, block: fields.Block) -> None:  # noqa: ARG002
        """The request ends."""
        self._run()

    def request_reset(self) -> None:
        """The client gave up: so does the handler, and with it the runtime."""
        self._finish()
        if self._task is not None:
            self._task.cancel("the client cancelled the call")

    def response_sent(self, size: int) -> None:
        """More of the reply has gone out to a client that was slow to take it."""
        self._unsent -= size
        if self._unsent <= 0:
            self._finish()
            self._down.calls.pop(self._down_id, None)

    # -- The handler --------------------------------------------------------------------------

    def _run(self) -> None:
        if len(self._messages) != 1 or self._reader.size:
            self._fail(grpc_codes.Code.INTERNAL, "the request has no whole message")
            return
        compressed, message = self._messages.pop()
        if compressed:
            try:
                message = encodings.decompress(message, encodings.of_block(self._head))
            except encodings.UnreadableError as cause:
                self._pass_on(message, str(cause))
                return
        call = Call(
            self._head,
            message,
            deadline=self._deadline,
            caller=self._down.peer,
            runtime=self._runtime,
        )
        self._task = self._tasks.create_task(self._handle(call), name=call.method)

    def _pass_on(self, message: bytes, cause: str) -> None:
        """Forward a request that nobody here can read: the runtime may."""
        if self._runtime is None:
            self._fail(grpc_codes.Code.UNIMPLEMENTED, f"the request cannot be read: {cause}")
            return
        _LOG.warning("a call is passed on unread: %s", cause)
        self._finish()
        pair = forward.Pair(self._down, self._down_id, self._runtime, self._head, end_stream=False)
        self._down.calls[self._down_id] = pair
        timeout = self._deadline and self._deadline - self._down.loop.time()
        pair.start(timeout)
        framed = messages.frame(message, compressed=True)
        pair.request_data(memoryview(framed), end_stream=True)

    async def _handle(self, call: Call) -> None:
        try:
            self._answer(await self._ask(call))
        except asyncio.CancelledError:
            # A task that was cancelled by its client ends here; one that is cancelled with the
            # whole relay still tells its client.
            self._answer(unary.failure(grpc_codes.Code.UNAVAILABLE, "the relay is stopping"))
            raise

    async def _ask(self, call: Call) -> unary.Reply:
        """What the handler replies, or the runtime where the handler fails."""
        try:
            return await self._handler(call)
        except statuses.CallError as refusal:
            return unary.Reply(refusal.status)
        except Exception:  # noqa: BLE001  # whatever it is, the kubelet's call must go on
            _LOG.exception("%s: passed on, since its handler failed", call.method)
            if call.reply is not None:
                return call.reply
            if call.forwarded:
                return unary.failure(grpc_codes.Code.INTERNAL, "the call's handler failed")
            return await call.forward()

    # -- Answers ------------------------------------------------------------------------------

    def _answer(self, reply: unary.Reply) -> None:
        if self._ended:
            return
        self._finish()
        if reply.status.code is grpc_codes.Code.OK:
            self._answer_message(reply)
        else:
            self._answer_status(reply)
        if not self._unsent:
            self._down.calls.pop(self._down_id, None)
        self._down.touch()

    def _answer_message(self, reply: unary.Reply) -> None:
        framed = memoryview(messages.frame(reply.message))
        conn = self._down.connection
        if not self._budget.take(len(framed)):
            status = statuses.Status(
                grpc_codes.Code.RESOURCE_EXHAUSTED, "too many large replies that are not taken"
            )
            self._answer_status(unary.Reply(status))
            return
        self._taken = len(framed)
        conn.headers(self._down_id, reply.head or statuses.RESPONSE)
        self._unsent = len(framed) - conn.data(self._down_id, framed)
        conn.headers(
            self._down_id, reply.trailers or statuses.trailers(reply.status), end_stream=True
        )
        if not self._unsent:
            self._finish()

    def _answer_status(self, reply: unary.Reply) -> None:
        conn = self._down.connection
        if reply.head is not None and reply.trailers is None:
            conn.headers(self._down_id, reply.head, end_stream=True)
        elif reply.head is not None and reply.trailers is not None:
            conn.headers(self._down_id, reply.head)
            conn.headers(self._down_id, reply.trailers, end_stream=True)
        else:
            conn.headers(self._down_id, statuses.trailers_only(reply.status), end_stream=True)

    def _fail(self, code: grpc_codes.Code, message: str) -> None:
        self._answer(unary.failure(code, message))

    def _expire(self) -> None:
        self._timer = None
        self._fail(grpc_codes.Code.DEADLINE_EXCEEDED, "the deadline has passed")
        if self._task is not None:
            self._task.cancel("the deadline has passed")

    def _finish(self) -> None:
        self._ended = True
        self._budget.give(self._taken)
        self._taken = 0
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
