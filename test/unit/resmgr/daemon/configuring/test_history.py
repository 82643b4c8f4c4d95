# SPDX-License-Identifier: Apache-2.0
"""Which configurations were taken and refused lately."""

import json

import pytest

from resmgr.daemon.configuring import history
from resmgr.daemon.configuring.active import Active, Refused
from resmgr.daemon.configuring.configuration import Judge
from resmgr.daemon.configuring.history import History
from resmgr.daemon.configuring.sources import Origin

JUDGE = Judge(("none", "static"), {})
STATIC = Active(JUDGE.of_text("policy: {Active: static}"), Origin.AGENT, "", 5.0, 2)
WRONG = Refused(Origin.AGENT, "", 6.0, "policy.Actve: unknown key")


def test_one_that_was_taken() -> None:
    """What it counted as, and what tells its content."""
    past = History()
    past.took(STATIC)

    assert past.document() == [
        {
            "time": "1970-01-01T00:00:05.000Z",
            "result": "accepted",
            "generation": 2,
            "policy": "static",
            "origin": "configuration of the node agent",
            "name": "",
            "hash": STATIC.hash,
            "times": 1,
            "text": "",
        }
    ]


def test_one_that_was_refused() -> None:
    """It counted as nothing, and says why."""
    past = History()
    past.refused(WRONG, "static")

    (one,) = past.document()
    assert (one["result"], one["generation"], one["policy"]) == ("refused", None, "static")
    assert one["text"] == WRONG.text


def test_the_oldest_goes() -> None:
    """There is an end to what is remembered."""
    past = History()
    for number in range(history.MOST + 5):
        past.refused(Refused(Origin.AGENT, "", number, f"{number}"))

    texts = [one["text"] for one in past.document()]
    assert texts == [f"{number}" for number in range(5, history.MOST + 5)]


def test_the_same_again_is_counted() -> None:
    """A node agent that tries again and again drives nothing else out."""
    past = History()
    past.took(STATIC)
    for when in (6.0, 7.0, 8.0):
        past.refused(Refused(Origin.AGENT, "", when, "bad"))

    assert [(one["times"], one["time"][17:19]) for one in past.document()] == [(1, "05"), (3, "08")]


def test_a_long_reason_is_cut() -> None:
    """And says so."""
    past = History()
    past.refused(Refused(Origin.AGENT, "", 0.0, "x" * 10_000))

    text = past.document()[0]["text"]
    assert len(text) == history.LONGEST
    assert text.endswith("x ...")


def test_it_outlives_a_restart() -> None:
    """What was kept comes first."""
    kept: list[str] = []
    past = History("", kept.append)
    past.took(STATIC)
    past.refused(WRONG)
    again = History(kept[-1])
    again.refused(Refused(Origin.FORCED, "/f", 9.0, "bad"))

    assert again.document()[:2] == past.document()
    assert len(again.document()) == 3


@pytest.mark.parametrize(
    "kept",
    [
        "{",
        "null",
        "[" * 100_000,
        json.dumps([1, {}, {"when": "x"}, {"when": 1e300, "origin": ""}, {"when": None}]),
    ],
)
def test_what_cannot_be_read_is_dropped(kept: str) -> None:
    """Whatever stands there, the daemon starts."""
    assert History(kept).document() == []
