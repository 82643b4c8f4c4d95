# SPDX-License-Identifier: Apache-2.0
"""Lines that repeat themselves."""

from resmgr.daemon.log.repeats import REMEMBERED, Repeats


def test_a_text_is_let_through_once_a_minute() -> None:
    """Then it comes with the number of those that were left out."""
    times = iter((0.0, 1.0, 59.0, 60.0, 61.0))
    found = Repeats(lambda: next(times))
    answers = [found.let_through("policy", "full") for _ in range(5)]

    assert answers == [0, -1, -1, 2, -1]


def test_other_texts_and_sources_are_not_concerned() -> None:
    """Only the very same line is a repetition."""
    found = Repeats(lambda: 0.0)

    assert [found.let_through(*line) for line in (("a", "x"), ("a", "y"), ("b", "x"))] == [0, 0, 0]


def test_a_bounded_number_of_texts_is_remembered() -> None:
    """The oldest one is forgotten, and so let through again."""
    found = Repeats(lambda: 0.0)
    for number in range(REMEMBERED + 1):
        found.let_through("a", str(number))

    assert found.let_through("a", "1") == -1
    assert found.let_through("a", "0") == 0
