# SPDX-License-Identifier: Apache-2.0
"""Between the relay and the interceptions: each call is handled, counted and dumped.

A call that nobody wants to read is forwarded without a copy of its messages; whether somebody does
is asked when it begins, since the dump's rules change at run time. Answers that are only watched
are read a little later, the newest of each method, but before any call that comes after them.
"""

import asyncio
from collections.abc import Callable

from ...cri import calls, interceptions
from ...cri.session import Session
from ...relay import intercept, newest, observe, unary
from ...wire.grpc.codes import Code
from ...wire.grpc.statuses import CallError, Status
from ..log import dumper, dumprules
from ..records import metrics

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
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        """Take the metrics of intercepted calls: by method and status, milliseconds by method."""
        self._session = session
        self._dump = dump
        self._completed = completed
        self._latency = latency
        self._names: dict[bytes, str] = {}
        self._loop = loop
        self._watched = {name: newest.Newest(loop) for name in interceptions.WATCHED}

    def handlers(self) -> dict[str, intercept.Handler]:
        """Give the handlers of the calls that wait for us, by plain name."""
        return {name: self._handler(name, do) for name, do in interceptions.HANDLED.items()}

    def watch(self, path: bytes) -> observe.Taker | None:
        """Tell who takes the record of a call that begins."""
        name = self._names.get(path) or self._name(path)
        ask = interceptions.WATCHED.get(name)
        dumped = self._dump.wanted(name) is not dumprules.Level.OFF and name not in _STREAMS
        if ask is None:
            return observe.soon(self._dump_observed, self._loop) if dumped else None
        take = self._read_and_dump if dumped else self._read_later
        return take(self._watched[name], ask(self._session))

    def _name(self, path: bytes) -> str:
        name = path[path.rfind(b"/") + 1 :].decode("ascii", "replace")
        if len(self._names) < _MOST_NAMES:
            self._names[path] = name
        return name

    def _read_later(self, waiting: newest.Newest, call: calls.Watched) -> observe.Taker:
        def take(record: observe.Recorder) -> None:
            request = record.request_message
            if request is not None and record.answered and call.wanted(request):
                waiting.offer(_Answer(call, record))
            else:
                record.drop()

        return take

    def _read_and_dump(self, waiting: newest.Newest, call: calls.Watched) -> observe.Taker:
        def observer(seen: observe.Observed) -> None:
            if seen.request is not None and seen.response is not None and call.wanted(seen.request):
                waiting.flush()
                call.read(seen.response)
            self._dump_observed(seen)

        return observe.soon(observer, self._loop)

    def _dump_observed(self, call: observe.Observed) -> None:
        name = call.method.rpartition("/")[2]
        self._dump.dump(
            dumper.Exchange(
                name, dumper.PASSED, call.request, call.response, error(call.status), call.seconds
            )
        )

    def _handler(self, name: str, do: calls.Handle) -> intercept.Handler:
        async def handler(call: intercept.Call) -> unary.Reply:
            clock = self._loop.time
            began = clock()
            for waiting in self._watched.values():
                waiting.flush()
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


class _Answer:
    """The answer of a watched call, as it was recorded."""

    __slots__ = ("_call", "_record")

    def __init__(self, call: calls.Watched, record: observe.Recorder) -> None:
        self._call = call
        self._record = record

    @property
    def asked(self) -> int:
        return self._call.asked

    def read(self) -> None:
        answer = self._record.observed().response
        if answer is not None:
            self._call.read(answer)

    def drop(self) -> None:
        self._record.drop()


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
