# SPDX-License-Identifier: Apache-2.0
"""The table of streams."""

import pytest

from resmgr.wire import streams


@pytest.mark.parametrize(
    ("client", "stream_id", "idle"),
    [(False, 7, False), (False, 9, True), (False, 2, True), (True, 1, True), (True, 2, False)],
)
def test_numbers_that_nobody_used(client: bool, stream_id: int, idle: bool) -> None:  # noqa: FBT001
    """A number is idle above the highest one of its side."""
    table = streams.Table(client=client)
    table.highest_peer_id = 7 if not client else 2

    assert table.is_idle(stream_id) is idle


def test_how_a_stream_ended_is_known() -> None:
    """The latest endings are remembered, the stream itself is gone."""
    table = streams.Table(client=False)
    table.open[1] = streams.Stream(1, 10, 10)
    table.close(1, streams.Ending.BY_PEER)

    assert table.ending(1) is streams.Ending.BY_PEER
    assert table.open == {}


def test_endings_are_forgotten_in_time() -> None:
    """The memory of closed streams does not grow."""
    table = streams.Table(client=False)
    for number in range(1, 2001, 2):
        table.close(number, streams.Ending.BOTH_SIDES)

    assert table.ending(1) is None
    assert table.ending(1999) is streams.Ending.BOTH_SIDES
    assert len(table._recent) + len(table._older) <= 256


def test_windows_move_with_the_settings() -> None:
    """Every open stream's window moves, below zero too, but not over the protocol's limit."""
    table = streams.Table(client=False)
    table.open[1] = streams.Stream(1, 10, 10)

    assert table.shift_send_windows(-30)
    assert table.open[1].send_window == -20
    assert not table.shift_send_windows(2**31 + 20)
