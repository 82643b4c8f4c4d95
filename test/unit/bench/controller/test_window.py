# SPDX-License-Identifier: Apache-2.0
"""Requests of an audit log are put to the stretches of time in which they arrived."""

import os
from datetime import UTC, datetime

from garden import audit

from bench.controller import window


def at(second: int) -> datetime:
    """Give a moment."""
    return datetime(2026, 1, 1, 12, 0, second, tzinfo=UTC)


def stretch(name: str, begun: int, ended: int, *each: float) -> window.Window:
    """Make a window."""
    return window.Window(name, at(begun), at(ended), 0.5, 1000, each)


def request(
    second: int, verb: str = "patch", resource: str = "extensions", code: int = 200
) -> audit.Request:
    """Make a request."""
    time = f"{at(second):%Y-%m-%dT%H:%M:%S}.000000Z"
    return audit.Request("user", "agent", verb, resource, "ns", "name", code, time)


def test_a_request_counts_where_it_arrived() -> None:
    """The begin belongs to a window, the end to the next, what is between two to none."""
    windows = [stretch("a", 0, 10), stretch("b", 10, 20), stretch("c", 30, 40)]

    found = window.phases(windows, [request(second) for second in (0, 9, 10, 25, 39, 40)])

    assert [phase.asked for phase in found] == [2, 1, 1]


def test_watches_and_leases_are_no_requests() -> None:
    """What goes on all the time says nothing about a phase; writes of Leases can still be seen."""
    asked = [
        request(1, "watch"),
        request(1, "update", "leases"),
        request(1, "get", "leases"),
        request(1, "get", "clusters"),
    ]

    (phase,) = window.phases([stretch("a", 0, 10)], asked)

    assert phase.requests == {"get clusters": 1}
    assert phase.writes == {"update leases": 1}


def test_refused_writes_are_counted_apart() -> None:
    """A conflict changed nothing, but it was asked."""
    (phase,) = window.phases([stretch("a", 0, 10)], [request(1), request(2, code=409)])

    assert (phase.asked, phase.written, phase.refused) == (2, 1, 1)


def test_single_objects_are_summed_up() -> None:
    """A window with times of objects has a spread, one without has none."""
    with_times, without = window.phases([stretch("a", 0, 10, 1.0, 3.0), stretch("b", 10, 20)], [])

    assert with_times.spread is not None
    assert with_times.spread.longest == 3.0
    assert without.spread is None


def test_a_watch_measures_a_process() -> None:
    """Begin and end are those of the stretch; a fresh process counts from its birth."""
    fresh = window.Watch("a", os.getpid, fresh=True).stop([1.0])
    later = window.Watch("b", os.getpid).stop()

    assert fresh.begun <= fresh.ended <= later.begun
    assert fresh.cpu_seconds > later.cpu_seconds >= 0
    assert fresh.each == (1.0,)
    assert fresh.resident > 0
