# SPDX-License-Identifier: Apache-2.0
"""Between the relay and the interceptions: each call is handled, counted and dumped.

A call that nobody wants to read is forwarded without a copy of its messages; whether somebody does
is asked when it begins, since the dump's rules change at run time.
"""

import asyncio
from collections.abc import Callable

from ..cri import calls, interceptions
from ..cri.session import Session
from ..relay import intercept, observe, unary
from ..wire.grpc.codes import Code
from ..wire.grpc.statuses import CallError, Status
from . import dumper, dumprules, metrics

_MOST_NAMES = 256

_STREAMS = frozenset(("GetContainerEvents",))
"""Methods whose answers never end: they are not dumped."""


class Front:
    """What the relay's table of methods points to."""

    def __init__(
        self,
        session: Session,
        dump: dumper.Dumper,
        completed: metrics.Counter,
        latency: metrics.Histogram,
    ) -> None:
        """Take the metrics of intercepted calls: by method and status, milliseconds by method."""
        self._session = session
        self._dump = dump
        self._completed = completed
        self._latency = latency
        self._names: dict[bytes, str] = {}

    def handlers(self) -> dict[str, intercept.Handler]:
        """Give the handlers of the calls that wait for us, by plain name."""
        return {name: self._handler(name, do) for name, do in interceptions.HANDLED.items()}

    def watch(self, path: bytes) -> observe.Observer | None:
        """Tell who reads along a call that begins."""
        name = self._names.get(path) or self._name(path)
        ask = interceptions.WATCHED.get(name)
        dumped = self._dump.wanted(name) is not dumprules.Level.OFF and name not in _STREAMS
        if ask is None:
            return self._dump_observed if dumped else None
        return self._answered(ask(self._session), dumped=dumped)

    def _name(self, path: bytes) -> str:
        name = path[path.rfind(b"/") + 1 :].decode("ascii", "replace")
        if len(self._names) < _MOST_NAMES:
            self._names[path] = name
        return name

    def _answered(self, tell: calls.Answered, *, dumped: bool) -> observe.Observer:
        def observer(call: observe.Observed) -> None:
            if call.request is not None and call.response is not None:
                tell(call.request, call.response)
            if dumped:
                self._dump_observed(call)

        return observer

    def _dump_observed(self, call: observe.Observed) -> None:
        name = call.method.rpartition("/")[2]
        self._dump.dump(
            dumper.Exchange(
                name, dumper.PASSED, call.request, call.response, error(call.status), call.seconds
            )
        )

    def _handler(self, name: str, do: calls.Handle) -> intercept.Handler:
        async def handler(call: intercept.Call) -> unary.Reply:
            clock = asyncio.get_running_loop().time
            began = clock()
            try:
                reply = await handled(self._session, do, call)
            except asyncio.CancelledError:
                self._ended(name, call.message, CANCELLED, began, clock)
                raise
            self._ended(name, call.message, reply, began, clock)
            return reply

        return handler

    def _ended(
        self,
        name: str,
        request: bytes,
        reply: unary.Reply,
        began: float,
        clock: Callable[[], float],
    ) -> None:
        seconds = clock() - began
        self._completed.add(name, reply.status.code.name)
        self._latency.observe(seconds * 1000, name)
        if self._dump.wanted(name) is not dumprules.Level.OFF:
            answer = reply.message if reply.status.code is Code.OK else None
            self._dump.dump(
                dumper.Exchange(
                    name, dumper.INTERCEPTED, request, answer, error(reply.status), seconds
                )
            )


CANCELLED = unary.failure(Code.CANCELLED, "the client has cancelled the call")


async def handled(session: Session, do: calls.Handle, call: intercept.Call) -> unary.Reply:
    """Have a call handled; what the runtime answered goes back with all that came with it."""

    async def forward(message: bytes) -> bytes:
        reply = await call.forward(message)
        if reply.status.code is not Code.OK:
            raise CallError(reply.status.code, reply.status.message)
        return reply.message

    try:
        answer = await do(session, call.message, forward)
    except CallError as refusal:
        if call.reply is not None and call.reply.status == refusal.status:
            return call.reply
        return unary.Reply(refusal.status)
    if call.reply is not None and answer is call.reply.message:
        return call.reply
    return unary.Reply(message=answer)


def error(status: Status) -> str:
    """Give a status in words, nothing for one that is fine."""
    if status.code is Code.OK:
        return ""
    return f"{status.code.name}: {status.message}" if status.message else status.code.name
