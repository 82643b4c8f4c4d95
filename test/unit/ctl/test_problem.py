# SPDX-License-Identifier: Apache-2.0
"""What ends a command."""

import pytest

from ctl import exits, main, problem


def ends(error: problem.Problem, monkeypatch: pytest.MonkeyPatch) -> int:
    """Run the program with a command that cannot do it."""

    def failing(*_: object) -> int:
        raise error

    monkeypatch.setattr("ctl.state.run", failing)
    return main.main(["state", "dump"])


def test_every_line_and_the_hint_are_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The program's name stands before each line, and the hint comes last."""
    status = ends(problem.Problem("cannot do it: two causes\nthe other", "try again"), monkeypatch)

    assert status == exits.PROBLEM
    assert capsys.readouterr().err == (
        "cri-resmgrctl: cannot do it: two causes\ncri-resmgrctl: the other\nhint: try again\n"
    )


def test_the_problem_gives_the_status(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever raises it knows whether something is wrong or away."""
    assert ends(problem.Problem("away", status=exits.UNREACHABLE), monkeypatch) == 3
