# SPDX-License-Identifier: Apache-2.0
"""The gate as a child process."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from installer import gate, programs
from installer.steps.interface import GateResult


def check(result: programs.Result | programs.ProgramProblem) -> tuple[GateResult, list[str]]:
    """What the gate says of a tool that ends so, and how it was called."""
    called: list[str] = []

    def run(argv: Sequence[str], _given: str, _timeout: float) -> programs.Result:
        called.extend(argv)
        if isinstance(result, programs.ProgramProblem):
            raise result
        return result

    ours = gate.Gate(
        lambda: Path("/b/cri-resmgrctl"), relay=Path("/r"), runtime=Path("/c"), run=run
    )
    return ours.check(), called


def test_a_gate_that_passes() -> None:
    """The tool gets both sockets."""
    found, called = check(programs.Result(0, '{"ok": true, "detail": ""}'))

    assert found == GateResult(ok=True)
    assert called == ["/b/cri-resmgrctl", "gate", "--relay", "/r", "--runtime", "/c", "-o", "json"]


@pytest.mark.parametrize(
    ("result", "ok", "detail"),
    [
        (programs.Result(0, '{"ok": true, "detail": "nothing is pinned"}'), True, ""),
        (programs.Result(1, '{"ok": false, "detail": "1 stays"}'), True, "1 stays"),
        (programs.Result(3, '{"ok": false, "detail": "away"}'), False, "away"),
        (programs.Result(2, "", "usage"), True, "cri-resmgrctl release ended with 2: usage"),
        (programs.ProgramProblem("cannot run it"), True, "cannot run it"),
    ],
)
def test_a_release_is_tried_again_where_the_runtime_is_away(
    result: programs.Result | programs.ProgramProblem,
    ok: bool,  # noqa: FBT001 - a table
    detail: str,
) -> None:
    """What another try does not mend is told instead."""
    called: list[str] = []

    def run(argv: Sequence[str], _given: str, _timeout: float) -> programs.Result:
        called.extend(argv)
        if isinstance(result, programs.ProgramProblem):
            raise result
        return result

    ours = gate.Gate(
        lambda: Path("/b/cri-resmgrctl"), relay=Path("/r"), runtime=Path("/c"), run=run
    )

    assert ours.release() == GateResult(ok=ok, detail=detail)
    assert called == ["/b/cri-resmgrctl", "release", "--runtime", "/c", "-o", "json"]


@pytest.mark.parametrize(
    ("result", "detail"),
    [
        (programs.Result(1, '{"ok": false, "detail": "lists differ"}'), "lists differ"),
        (programs.Result(1, '{"ok": true, "detail": "odd"}'), "odd"),
        (programs.Result(2, "", "usage: x\n y"), "cri-resmgrctl gate ended with 2: usage: x y"),
        (programs.Result(0, "[]"), "cri-resmgrctl gate ended with 0: []"),
        (programs.Result(0, "{}"), "cri-resmgrctl gate ended with 0: {}"),
        (programs.ProgramProblem("it was not done in 20 s"), "it was not done in 20 s"),
    ],
)
def test_everything_else_does_not_pass(
    result: programs.Result | programs.ProgramProblem, detail: str
) -> None:
    """Both the answer and the exit status have to say yes."""
    assert check(result)[0] == GateResult(ok=False, detail=detail)
