# SPDX-License-Identifier: Apache-2.0
"""One write per turn."""

import asyncio

from unit.resmgr.relay import stage

from resmgr.relay import turn


class Writer:
    """Counts how often it writes; may give another one something to say."""

    def __init__(self, turns: turn.Turn, other: "Writer | None" = None) -> None:
        """`other` is told once by the first write."""
        self.dirty = False
        self.writes = 0
        self._turns = turns
        self._other = other

    def flush(self) -> None:
        """Write."""
        self.writes += 1
        if self._other is not None:
            self._turns.add(self._other)
            self._other = None


async def test_much_is_written_once() -> None:
    """Whoever has something to say twice in a turn writes once."""
    turns = turn.Turn(asyncio.get_running_loop())
    writer = Writer(turns)
    turns.begin()
    turns.add(writer)
    turns.add(writer)
    assert writer.writes == 0
    turns.end()

    assert writer.writes == 1


async def test_outside_of_a_turn_the_loop_ends_it() -> None:
    """Nobody has to end a turn that nobody has begun."""
    turns = turn.Turn(asyncio.get_running_loop())
    writer = Writer(turns)
    turns.add(writer)
    turns.add(writer)
    await stage.until(lambda: writer.writes)

    assert writer.writes == 1


async def test_writing_may_make_others_write() -> None:
    """What a write sets free is written in the same turn."""
    turns = turn.Turn(asyncio.get_running_loop())
    second = Writer(turns)
    first = Writer(turns, second)
    turns.begin()
    turns.add(first)
    turns.end()

    assert (first.writes, second.writes) == (1, 1)
