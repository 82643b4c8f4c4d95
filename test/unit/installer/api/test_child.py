# SPDX-License-Identifier: Apache-2.0
"""Requests by a child process."""

import io
import json
from collections.abc import Sequence

import pytest

from installer import programs
from installer.api import access, child, messages

REQUEST = messages.Request("PATCH", "/x", '{"ä": 1}', "application/merge-patch+json")


def test_a_request_goes_and_its_answer_comes() -> None:
    """As JSON on standard input and output."""
    asked = []

    def run(argv: Sequence[str], given: str, _timeout: float) -> programs.Result:
        asked.append((list(argv), messages.Request(**json.loads(given))))
        return programs.Result(0, '{"status": 201, "body": "{}"}')

    send = child.sender(["prog", "exchange"], run)

    assert send(REQUEST) == messages.Answer(201, "{}")
    assert asked == [(["prog", "exchange"], REQUEST)]


@pytest.mark.parametrize(
    ("out", "cause"), [('{"problem": "it is away"}', "it is away"), ("", "cannot ask")]
)
def test_what_the_child_could_not_do(out: str, cause: str) -> None:
    """Its own words, or that it had none."""
    send = child.sender(["prog"], lambda argv, given, timeout: programs.Result(1, out))

    with pytest.raises(messages.ApiProblem, match=cause):
        send(REQUEST)


def test_a_child_that_hangs() -> None:
    """It is a problem as any other."""

    def run(argv: Sequence[str], _given: str, timeout: float) -> programs.Result:
        raise programs.ProgramProblem(f"{argv[0]} was not done in {timeout:g} s")

    with pytest.raises(messages.ApiProblem, match="prog was not done in 10 s"):
        child.sender(["prog"], run)(REQUEST)


@pytest.mark.parametrize(
    ("way", "cause"),
    [
        (None, "this is no pod"),
        (access.Access("127.0.0.1", 1, "/none/ca", "/none/token"), "cannot use the account"),
    ],
)
def test_the_child_tells_what_is_wrong(way: access.Access | None, cause: str) -> None:
    """It always answers."""
    out = io.StringIO()
    child.serve(way, io.StringIO(json.dumps({"method": "GET", "path": "/"})), out)

    assert cause in json.loads(out.getvalue())["problem"]
