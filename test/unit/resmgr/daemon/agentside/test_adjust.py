# SPDX-License-Identifier: Apache-2.0
"""What the node agent is answered when it gives adjustments."""

import logging

import pytest

from resmgr.adjustments import read
from resmgr.daemon.agentside import adjust
from resmgr.engine import adjusting
from resmgr.engine.outcome import Outcome


class Taker:
    """Takes adjustments, or raises."""

    def __init__(self, error: Exception | None = None) -> None:
        """Take what to raise."""
        self._error = error

    def adjust(self, text: str) -> Outcome:
        """Take them."""
        del text
        if self._error:
            raise self._error
        return Outcome(failure="followed")


def test_what_follows_is_followed() -> None:
    """And nothing is wrong."""
    followed: list[Outcome] = []

    assert adjust.make(Taker(), followed.append)("{}") == {}
    assert followed == [Outcome(failure="followed")]


def test_refusals_are_the_answer(caplog: pytest.LogCaptureFixture) -> None:
    """And stand in the log; nothing follows."""
    caplog.set_level(logging.ERROR)
    followed: list[Outcome] = []
    refused = Taker(adjusting.Refused({"a": "no"}))

    assert adjust.make(refused, followed.append)("{}") == {"a": "no"}
    assert followed == []
    assert "cannot adjust a: no" in caplog.text


def test_what_is_no_set_is_an_error() -> None:
    """Of the call itself."""
    with pytest.raises(read.Unreadable):
        adjust.make(Taker(read.Unreadable("what?")), lambda _: None)("[")
