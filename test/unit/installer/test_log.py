# SPDX-License-Identifier: Apache-2.0
"""Lines for people."""

import io

from installer import log


def made(level: str = "info") -> tuple[log.Log, io.StringIO]:
    """A log and what it wrote."""
    out = io.StringIO()
    return log.Log(out, level, now=lambda: 86400.5), out


def test_a_line_has_time_level_and_sentence() -> None:
    """On one line, whatever the sentence holds."""
    lines, out = made()
    lines.info("all\nis  well")

    assert out.getvalue() == "1970-01-02T00:00:00Z info  all is well\n"


def test_less_important_lines_are_left_out() -> None:
    """By the level that was asked for."""
    lines, out = made("error")
    lines.debug("a")
    lines.info("b")
    lines.error("c")

    assert out.getvalue() == "1970-01-02T00:00:00Z error c\n"


def test_what_repeats_is_said_once() -> None:
    """Until it ends or becomes something else."""
    lines, out = made()
    for text in ("x", "x", "y", "", "y"):
        lines.once("topic", text)

    assert [line.split()[-1] for line in out.getvalue().splitlines()] == ["x", "y", "y"]
