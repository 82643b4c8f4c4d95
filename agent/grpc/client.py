# SPDX-License-Identifier: Apache-2.0
"""The daemon at the other end of a unix socket, however often it restarts.

The connection is kept although it is seldom used: its end is how a restart is noticed.
"""

import asyncio
import logging
import os
from collections.abc import Callable, Collection
from typing import Final

from resmgr.wire import fields
from resmgr.wire.grpc import codes, messages, statuses, timeouts

from ..net import pauses, session, sockets

_LOG = logging.getLogger("grpc")

_CONNECT: Final = 5.0
"""Seconds that a connection may take to be made."""

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0
"""Seconds between two tries to reach the daemon; a try costs one system call."""


class Peer:
    """A gRPC server; `run` keeps the connection, `call` uses it."""

    def __init__(
        self,
        path: str,
        chance: Callable[[], float],
        came: Callable[[], None] = lambda: None,
        went: Callable[[], None] = lambda: None,
        *,
        users: Collection[int] = (),
    ) -> None:
        """Take the socket's path and who hears of each new connection and of its end.

        `users` are those whose server it may be; by default root and the user of this process.
        """
        self.path = path
        self._users = frozenset(users) or frozenset((0, os.geteuid()))
        self.reason = "not connected yet"
        self._pauses = pauses.Pauses(chance, first=FIRST_PAUSE, longest=LONGEST_PAUSE)
        self._came = came
        self._went = went
        self._session: session.Session | None = None

    @property
    def connected(self) -> bool:
        """Whether there is a connection."""
        return self._session is not None and self._session.usable

    async def run(self) -> None:
        """Keep a connection until cancelled."""
        told = ""
        try:
            while True:
                over = asyncio.Event()
                try:
                    await self._connect(over)
                except (OSError, TimeoutError) as error:
                    self.reason = getattr(error, "strerror", "") or str(error) or "no answer"
                    if self.reason != told:
                        told = self.reason
                        _LOG.warning("cannot reach the daemon at %s: %s", self.path, told)
                    await asyncio.sleep(self._pauses.after_failure())
                    continue
                told = ""
                _LOG.info("connected to the daemon at %s", self.path)
                self._came()
                await over.wait()
                self.reason = "the connection was lost"
                self._went()
                _LOG.warning("the connection to the daemon was lost")
                # A server that takes connections and drops them must not be asked without a pause.
                await asyncio.sleep(self._pauses.after_failure())
        finally:
            if self._session is not None:
                self._session.abort("the agent ends")

    async def _connect(self, over: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(_CONNECT):
            transport, made = await loop.create_unix_connection(session.Session, self.path)
        user = sockets.uid_of(transport.get_extra_info("socket"))
        if user not in self._users:
            # Somebody has put a socket of his own there, and would say that all is well.
            made.abort("it is not the daemon's")
            raise ConnectionRefusedError(f"it is served by user {user}, not by root")
        made.ended.append(over.set)
        self._session = made

    async def call(self, path: str, message: bytes, timeout: float) -> bytes:
        """Make a call and give its answer, within `timeout` seconds.

        Raises `statuses.CallError`.
        """
        link = self._session
        if link is None or not link.usable:
            why = f"cannot reach the daemon at {self.path}: {self.reason}"
            raise statuses.CallError(codes.Code.UNAVAILABLE, why)
        try:
            async with asyncio.timeout(timeout):
                answer = await exchange(link, path, message, timeout)
        except TimeoutError as error:
            why = f"no answer within {timeout:g} seconds"
            raise statuses.CallError(codes.Code.DEADLINE_EXCEEDED, why) from error
        except session.Broken as error:
            raise statuses.CallError(codes.Code.UNAVAILABLE, str(error)) from error
        self._pauses.after_success()
        return answer


def _head(path: str, timeout: float) -> fields.Block:
    return fields.Block(
        (
            (b":method", b"POST"),
            (b":scheme", b"http"),
            (b":path", path.encode()),
            (b":authority", b"localhost"),
            (b"content-type", statuses.CONTENT_TYPE),
            (b"user-agent", b"cri-resmgr-agent"),
            (b"te", b"trailers"),
            (b"grpc-timeout", timeouts.format_seconds(timeout)),
        )
    )


async def exchange(link: session.Session, path: str, message: bytes, timeout: float) -> bytes:
    """Send a message and give the answer's. Raises `statuses.CallError`, `session.Broken`."""
    framed = messages.frame(message)
    async with await link.request(_head(path, timeout), framed) as stream:
        head = await stream.head()
        content = await stream.content(messages.LARGEST)
        status = statuses.of_block(stream.trailers or head)
    if status.code is not codes.Code.OK:
        raise statuses.CallError(status.code, status.message)
    try:
        compressed, answer = messages.only(content)
    except ValueError as error:
        raise statuses.CallError(codes.Code.INTERNAL, f"the answer holds {error}") from error
    if compressed:
        raise statuses.CallError(codes.Code.INTERNAL, "the answer is compressed")
    return answer
