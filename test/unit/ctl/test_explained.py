# SPDX-License-Identifier: Apache-2.0
"""Explanations as people see them."""

import io
from typing import Any

from ctl import explained, output
from resmgr.policy import explain
from resmgr.policy.explain import Candidate, Explanation


def shown(told: Explanation, width: int = 0, **facts: object) -> list[str]:
    """The lines, with one blank between cells."""
    out = io.StringIO()
    document: dict[str, Any] = explain.document(told)
    explained.show(output.Screen(out, width), "default/a:c", facts, document)
    return [" ".join(line.split()) for line in out.getvalue().splitlines()]


def test_rule_placement_and_words_are_shown() -> None:
    """Facts without a value are left out."""
    told = Explanation("guaranteed", text=("has CPUs for itself",), cpus=0b110, mems=1)

    assert shown(told, policy="static", request="", now="CPUs 1") == [
        "default/a:c",
        "policy static",
        "rule guaranteed",
        "gets CPUs 1-2",
        "gets memory 0",
        "has now CPUs 1",
        "has CPUs for itself",
    ]


def test_the_chosen_candidate_comes_first() -> None:
    """Each score has a column; what a candidate has none of is a dash."""
    candidates = (
        Candidate("other", 0b1, (("depth", "1"),), why="b is better"),
        Candidate("chosen", 0b10, (("depth", "2"), ("free", "1m")), chosen=True, why="best"),
    )

    assert shown(Explanation("r", candidates))[-3:] == [
        "CANDIDATE CPUS DEPTH FREE WHY",
        "-> chosen 1 2 1m best",
        "other 0 1 - b is better",
    ]


def test_a_narrow_terminal_shows_what_decided() -> None:
    """And names the scores that there was no room for."""
    scores = tuple((f"score {number}", str(number)) for number in range(9))
    told = Explanation("r", (Candidate("a", 0b1, scores, chosen=True, why="it is the best"),))

    assert shown(told, 80)[-4:] == [
        "CANDIDATE CPUS WHY",
        "-> a 0 it is the best",
        "not shown score 0, score 1, score 2, score 3, score 4, score 5, score 6, score",
        "7, score 8; -o json has all of it",
    ]
    assert "CANDIDATE CPUS SCORE 0" in shown(told, 200)[-2]


def test_a_refusal_stands_for_a_placement() -> None:
    """There are no CPUs to show."""
    assert shown(Explanation("r", refusal="too much")) == [
        "default/a:c",
        "rule r",
        "refused too much",
    ]


def test_long_lists_of_cpus_are_cut() -> None:
    """A table of a large machine stays one."""
    many = sum(1 << 2 * number for number in range(40))
    line = shown(Explanation("r", (Candidate("p", many, why="w"),)))[-1]

    assert line == "p 0,2,4,6,8,10,12,14,16,18,20,22,24,26,28,... w"
