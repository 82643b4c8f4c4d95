# SPDX-License-Identifier: Apache-2.0
"""`decisions`: the last ones, and those that come."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from node import pages as stand_in

from ctl import decisions, exits, live, main


def decision(number: int, container: str = "default/web/main") -> dict[str, Any]:
    """Give a decision as the daemon tells it."""
    return {
        "seq": number,
        "time": "2026-11-22T12:00:00.000Z",
        "container": container,
        "cacheID": f"u{number}:main",
        "level": "info",
        "text": f"decision {number}",
    }


@pytest.fixture
def socket(tmp_path: Path) -> Path:
    """Where the daemon is."""
    return tmp_path / "s"


def page(*found: dict[str, Any], lost: int = 0) -> str:
    """Give a page of the daemon."""
    last = found[-1]["seq"] if found else 7
    return json.dumps({"decisions": found, "next": last, "lost": lost})


def show(socket: Path, *words: str) -> int:
    """Show those of a daemon that made three."""
    found = page(decision(1), decision(2, "kube-system/dns/dns"), decision(3))
    with stand_in.served(socket, {"/decisions": found}):
        return main.main(["decisions", "--socket", str(socket), *words])


def test_they_are_shown_with_their_time(socket: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line each, the oldest first."""
    status = show(socket)

    lines = capsys.readouterr().out.splitlines()
    assert status == exits.FINE
    assert [re.sub(" +", " ", line) for line in lines[:2]] == [
        "TIME CONTAINER LEVEL DECISION",
        "2026-11-22T12:00:00.000Z default/web/main info decision 1",
    ]
    assert len(lines) == 4


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        (("dns",), [2]),
        (("u3",), [3]),
        (("-n", "1"), [3]),
        (("-n", "0"), []),
        (("-n", "-1"), [1, 2, 3]),
    ],
)
def test_some_are_left_out(
    socket: Path, words: tuple[str, ...], numbers: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    """By names, ids or number."""
    show(socket, *words, "-o", "json")

    found = json.loads(capsys.readouterr().out)
    assert [one["seq"] for one in found["decisions"]] == numbers


def follower(socket: Path, told: list[str], since: int = 0) -> decisions.Follower:
    """Give one that never waits for long."""
    return decisions.Follower(str(socket), {"next": since}, told.append, wait=0)


def test_what_comes_is_asked_for_once(socket: Path) -> None:
    """Each question begins where the answer before ended."""
    told: list[str] = []
    first, second = "/decisions?since=0&wait=0", "/decisions?since=2&wait=0"
    texts = {first: page(decision(1), decision(2)), second: page(decision(3), lost=4)}
    follow = follower(socket, told)
    with stand_in.served(socket, texts):
        found = [*follow.more()["decisions"], *follow.more()["decisions"]]

    assert [one["seq"] for one in found] == [1, 2, 3]
    assert told == ["4 decisions came too fast to be kept"]


def test_a_daemon_that_restarts_is_waited_for(socket: Path) -> None:
    """It is told once that it is away; then it goes on."""
    told: list[str] = []
    follow = follower(socket, told)
    away = [follow.more(), follow.more()]
    with stand_in.served(socket, {"/decisions": page(decision(1))}):
        back = follow.more()

    assert away == [{}, {}]
    assert len(told) == 1
    assert len(back["decisions"]) == 1


def test_a_daemon_without_the_page_ends_it(socket: Path) -> None:
    """An older one will not have it tomorrow either."""
    with stand_in.served(socket, {}), pytest.raises(live.Refused):
        follower(socket, []).more()


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("default/wbe/main", "about default/wbe/main; did you mean default/web/main?"),
        ("nothing-like-it", "about nothing-like-it\n"),
    ],
)
def test_a_word_that_fits_nothing_is_told(
    word: str, said: str, socket: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An empty table alone would not say whether there is such a container."""
    status = show(socket, word)

    assert said in capsys.readouterr().err
    assert status == exits.FINE


def test_a_slash_will_do_for_a_colon(socket: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As with `explain`."""
    with stand_in.served(socket, {"/decisions": page(decision(1, "default/web:main"))}):
        main.main(["decisions", "--socket", str(socket), "web/main"])

    assert "decision 1" in capsys.readouterr().out


def test_that_nothing_was_decided_is_said(socket: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By a daemon that has just begun."""
    with stand_in.served(socket, {"/decisions": page()}):
        main.main(["decisions", "--socket", str(socket)])

    assert capsys.readouterr().err == "note: nothing was decided yet since the daemon's start\n"
