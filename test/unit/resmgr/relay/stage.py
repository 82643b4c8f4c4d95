# SPDX-License-Identifier: Apache-2.0
"""A relay between a client and a runtime that a test tells what to do, on sockets in a folder."""

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

from resmgr.relay import downstream, intercept, observe, router, server, turn, upstream
from resmgr.wire import codes, connection, events, fields, limits
from resmgr.wire.grpc import messages, statuses

SERVICE = "/runtime.v1.RuntimeService/"
RESPONSE = statuses.RESPONSE
OK = statuses.trailers(statuses.OK)


def head(method: str, *more: fields.Field) -> fields.Block:
    """Give the head of a request as a gRPC client sends it."""
    return fields.Block(
        (
            (b":method", b"POST"),
            (b":scheme", b"http"),
            (b":path", f"{SERVICE}{method}".encode()),
            (b":authority", b"localhost"),
            (b"content-type", b"application/grpc"),
            (b"te", b"trailers"),
            *more,
        )
    )


async def until(condition: Callable[[], object], *, what: str = "a condition") -> None:
    """Wait until something is so; on no machine, however busy, does it take so long as this."""
    try:
        async with asyncio.timeout(30):
            while not condition():  # noqa: ASYNC110  # conditions of any kind
                await asyncio.sleep(0.001)
    except TimeoutError as cause:
        raise AssertionError(f"{what} has not come true") from cause


class Side(asyncio.Protocol):
    """One side of a connection, with everything that it was told."""

    def __init__(self, *, client: bool, bounds: limits.Limits | None = None) -> None:
        """`bounds` are what this side allows."""
        self.connection = connection.Connection(
            client=client, bounds=bounds or connection.DEFAULT_LIMITS
        )
        self.events: list[events.Event] = []
        self.transport: asyncio.Transport | None = None
        self.closed = False
        self.consume = True
        self.told: Callable[[Side, events.Event], None] = lambda side, event: None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Introduce ourselves."""
        self.transport = transport  # type: ignore[assignment]
        self.flush()

    def data_received(self, data: bytes) -> None:
        """Keep events, credit content unless told otherwise."""
        for event in self.connection.receive(data):
            if self.consume and isinstance(event, events.DataReceived):
                self.connection.consumed(event.stream_id, len(event.data))
            self.events.append(event)
            self.told(self, event)
        self.flush()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Remember it."""
        self.closed = True

    def flush(self) -> None:
        """Write what there is."""
        assert self.transport is not None
        while True:
            self.transport.write(b"".join(self.connection.fetch()))
            if not self.connection.backlog:
                return
            self.connection.pump()

    def request(self, block: fields.Block, content: bytes | None = None) -> int:
        """Ask; content is one message, None leaves the request open."""
        stream_id = self.connection.request(block)
        if content is not None:
            framed = memoryview(messages.frame(content))
            self.connection.data(stream_id, framed, end_stream=True)
        self.flush()
        return stream_id

    def answer(self, stream_id: int, content: bytes = b"") -> None:
        """Answer with one message and OK."""
        self.connection.headers(stream_id, RESPONSE)
        self.connection.data(stream_id, memoryview(messages.frame(content)))
        self.connection.headers(stream_id, OK, end_stream=True)
        self.flush()

    def reset(self, stream_id: int, code: int) -> None:
        """Reset a stream."""
        self.connection.reset(stream_id, code)
        self.flush()

    def content(self, stream_id: int) -> bytes:
        """Give the content of a stream so far."""
        return b"".join(
            bytes(event.data)
            for event in self.events
            if isinstance(event, events.DataReceived) and event.stream_id == stream_id
        )

    def of(self, stream_id: int) -> list[events.Event]:
        """Give the events of a stream."""
        return [event for event in self.events if getattr(event, "stream_id", 0) == stream_id]

    def heads(self) -> list[events.HeadersReceived]:
        """Give the heads that came."""
        return [event for event in self.events if isinstance(event, events.HeadersReceived)]

    def status(self, stream_id: int) -> statuses.Status | None:
        """Give how a call ended, if it has."""
        for event in self.of(stream_id):
            if isinstance(event, events.TrailersReceived):
                return statuses.of_block(event.block)
            if isinstance(event, events.HeadersReceived) and event.end_stream:
                return statuses.of_block(event.block)
        return None

    async def ended(self, stream_id: int) -> statuses.Status:
        """Wait for the end of a call."""
        await until(lambda: self.status(stream_id), what=f"the end of stream {stream_id}")
        status = self.status(stream_id)
        assert status is not None
        return status


def echo(side: Side, event: events.Event) -> None:
    """Answer every request, as it ends, with its own message; refuse what is none."""
    if isinstance(event, events.DataReceived) and event.end_stream:
        try:
            _, message = messages.only(side.content(event.stream_id))
        except ValueError:
            side.reset(event.stream_id, codes.ErrorCode.INTERNAL_ERROR)
        else:
            side.answer(event.stream_id, message)


class Runtime:
    """Stands in for containerd: accepts connections, and does with calls what a test says."""

    def __init__(self, path: Path, *, bounds: limits.Limits | None = None) -> None:
        """Nothing listens before `start`."""
        self.path = path
        self.bounds = bounds
        self.sides: list[Side] = []
        self.told: Callable[[Side, events.Event], None] = echo
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_unix_server(self._make, str(self.path))

    def _make(self) -> Side:
        side = Side(client=False, bounds=self.bounds)
        # Looked up at each event: a test may change its mind.
        side.told = lambda one, event: self.told(one, event)  # noqa: PLW0108
        self.sides.append(side)
        return side

    def stop(self) -> None:
        """Go away as a process that is killed."""
        if self._server is not None:
            self._server.close()
        for side in self.sides:
            if side.transport is not None:
                side.transport.abort()
        self.path.unlink(missing_ok=True)

    @property
    def side(self) -> Side:
        """The latest connection."""
        return self.sides[-1]


@dataclasses.dataclass
class Stage:
    """A relay at work, its runtime, and clients."""

    folder: Path
    runtime: Runtime
    upstream: upstream.Upstream
    server: server.Server
    connections: list[None]
    """One item for each connection to the runtime that the relay was told of."""

    clients: list[Side] = dataclasses.field(default_factory=list)

    async def client(self, *, bounds: limits.Limits | None = None) -> Side:
        """Connect one more client."""
        loop = asyncio.get_running_loop()
        side = Side(client=True, bounds=bounds)
        await loop.create_unix_connection(lambda: side, self.server.path)
        self.clients.append(side)
        return side

    async def link(self) -> downstream.Downstream:
        """Give the relay's side of the only client's connection."""
        await until(lambda: self.server._links and next(iter(self.server._links)).transport)
        (found,) = self.server._links
        return found


@contextlib.asynccontextmanager
async def opened(
    folder: Path,
    *,
    handlers: Mapping[str, intercept.Handler] | None = None,
    observers: Mapping[str, observe.Observer] | None = None,
    bounds: limits.Limits = connection.DEFAULT_LIMITS,
    runtime_bounds: limits.Limits | None = None,
    absent: bool = False,
    image: bool = True,
    connections: int = server.MOST_CONNECTIONS,
    budget: int = observe.LARGEST_COPIES,
) -> AsyncIterator[Stage]:
    """Open a stage; `absent`: the runtime is not started, `image`: it serves images too."""
    loop = asyncio.get_running_loop()
    turns = turn.Turn(loop)
    runtime = Runtime(folder / "runtime.sock", bounds=runtime_bounds)
    if not absent:
        await runtime.start()
    async with asyncio.TaskGroup() as tasks:
        told: list[None] = []
        up = upstream.Upstream(
            str(runtime.path), turns, bounds=bounds, connected=lambda: told.append(None)
        )
        routes = router.for_cri(
            up, up if image else None, handlers=handlers or {}, observers=observers or {}
        )
        copies = observe.Budget(budget)
        shared = downstream.Shared(routes, turns, tasks, loop, copies, bounds)
        serving = server.Server(str(folder / "relay.sock"), shared, connections=connections)
        running = tasks.create_task(up.run(), name="upstream")
        await serving.start()
        if not absent:
            await until(lambda: up.connected, what="the connection to the runtime")
        stage = Stage(folder, runtime, up, serving, told)
        try:
            yield stage
        finally:
            for side in stage.clients:
                if side.transport is not None:
                    side.transport.abort()
            await serving.stop(0.1)
            running.cancel()
            runtime.stop()
