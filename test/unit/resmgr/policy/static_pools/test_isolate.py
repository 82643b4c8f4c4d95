# SPDX-License-Identifier: Apache-2.0
"""The command line of `cmk isolate`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resmgr.policy.static_pools import isolate


@pytest.mark.parametrize(
    ("line", "pool", "socket", "no_affinity", "rest"),
    [
        ("cmk isolate --pool=p sleep 9", "p", -1, False, "sleep 9"),
        ("/opt/bin/cmk isolate -pool p --socket-id=1 -- run -x", "p", 1, False, "run -x"),
        ("cmk isolate --conf-dir=/etc/cmk --no-affinity --pool=p run", "p", -1, True, "run"),
        ("cmk isolate --no-affinity=false --pool=p run", "p", -1, False, "run"),
        ("cmk isolate --no-affinity=perhaps --pool=p run", "p", -1, False, "run"),
        ("cmk isolate --unknown --pool=p --socket-id=one run", "p", -1, False, "run"),
        ("cmk isolate --pool=p", "p", -1, False, ""),
        ("cmk isolate --pool=p - x", "p", -1, False, "- x"),
        ("cmk isolate --pool=a --pool=b --socket-id", "b", -1, False, ""),
    ],
)
def test_flags_are_read(
    line: str,
    pool: str,
    socket: int,
    no_affinity: bool,  # noqa: FBT001
    rest: str,
) -> None:
    """Up to the first word that is none; unknown and malformed ones are skipped."""
    found = isolate.Isolate(pool, socket, no_affinity, tuple(rest.split()))

    assert isolate.find(line.split()) == found
    assert isolate.find(["sh", "-c", line]) == found


@pytest.mark.parametrize(
    "line",
    ["", "sleep 9", "cmk", "cmk isolate", "cmk isolate run --pool=p", "cmk describe --pool=p x"],
)
def test_other_commands_are_left_alone(line: str) -> None:
    """And one in which no pool is given."""
    assert isolate.find(line.split()) is None


@pytest.mark.parametrize(
    ("text", "value"), [("3", 3), ("-1", -1), ("+2", 2), ("", None), ("1x", None), ("9" * 10, None)]
)
def test_numbers(text: str, value: int | None) -> None:
    """None for what is none, and for what no socket has."""
    assert isolate.number(text) == value


@given(st.lists(st.sampled_from(["cmk", "isolate", "--", "-", "--pool", "--pool=", "-x=1", "a"])))
def test_any_words_can_be_read(words: list[str]) -> None:
    """The rest is always the end of the words."""
    found = isolate.find(words)

    assert found is None or not found.rest or tuple(words[-len(found.rest) :]) == found.rest
