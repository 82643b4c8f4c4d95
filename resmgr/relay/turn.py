# SPDX-License-Identifier: Apache-2.0
"""Writes once per turn: connections that have something to say, until the turn ends."""

import asyncio
from typing import Final, Protocol

_BUFFER: Final = 128 * 1024
"""Bytes that are read at a time: an answer of hundreds of containers wakes us no more often than
it has to, and a flood comes in small enough pieces."""


class Writer(Protocol):
    """A connection that can be told to write what it has collected."""

    dirty: bool
    """Whether it waits for the end of the turn; kept by `Turn` alone."""

    def flush(self) -> None:
        """Write it."""


class Turn:
    """Connections with something to write.

    Whoever handles received bytes begins and ends a turn round it. Outside of that, a turn ends as
    soon as the event loop comes round.
    """

    __slots__ = ("_begun", "_loop", "_writers", "buffer")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._writers: list[Writer] = []
        self._begun = False
        self.buffer = memoryview(bytearray(_BUFFER))
        """What is received goes here first, on all connections: one is read at a time."""

    def add(self, writer: Writer) -> None:
        """Remember a connection that has something to say."""
        if writer.dirty:
            return
        writer.dirty = True
        self._writers.append(writer)
        if not self._begun:
            self._begun = True
            self._loop.call_soon(self.end)

    def begin(self) -> None:
        """Say that `end` will be called."""
        self._begun = True

    def end(self) -> None:
        """Let all of them write; one that writes may give another one something to say."""
        for writer in self._writers:
            writer.dirty = False
            writer.flush()
        self._writers.clear()
        self._begun = False
