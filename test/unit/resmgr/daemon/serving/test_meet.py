# SPDX-License-Identifier: Apache-2.0
"""Meeting the runtime."""

import logging

import pytest
from unit.resmgr.runtime import answers

from resmgr.cri import api_pb2 as api
from resmgr.daemon.serving import meet
from resmgr.runtime.caller import Runtime, RuntimeProblem
from resmgr.wire.grpc.codes import Code
from resmgr.wire.grpc.statuses import CallError

VERSION = api.VersionResponse(runtime_name="containerd").SerializeToString()


def problem(code: Code) -> RuntimeProblem:
    """Make a problem that a call has caused."""
    made = RuntimeProblem("cannot ask")
    made.__cause__ = CallError(code, "why")
    return made


@pytest.mark.parametrize("code", [Code.UNAVAILABLE, Code.DEADLINE_EXCEEDED, Code.CANCELLED])
async def test_a_runtime_that_is_away_is_asked_again(
    code: Code, caplog: pytest.LogCaptureFixture
) -> None:
    """As often as it takes; a warning only where the connection itself does not tell it."""
    caplog.set_level(logging.DEBUG)
    answers_ = iter([problem(code), problem(code), None])

    async def ask() -> str:
        answer = next(answers_)
        if answer is not None:
            raise answer
        return "found"

    assert await meet.patiently(ask, pause=0) == "found"
    assert caplog.messages == ["cannot ask; asking again"] * 2
    quiet = code is Code.UNAVAILABLE
    assert caplog.records[0].levelno == (logging.DEBUG if quiet else logging.WARNING)


async def test_a_runtime_that_is_starting_is_asked_again() -> None:
    """Containerd listens before it can answer, and says so with a code that means nothing."""
    starting = RuntimeProblem("cannot ask")
    starting.__cause__ = CallError(Code.UNKNOWN, "server is not initialized yet")
    answers_ = iter([starting, None])

    async def ask() -> str:
        answer = next(answers_)
        if answer is not None:
            raise answer
        return "found"

    assert await meet.patiently(ask, pause=0) == "found"


@pytest.mark.parametrize("error", [problem(Code.PERMISSION_DENIED), RuntimeProblem("untested")])
async def test_what_the_runtime_says_is_not_asked_for_again(error: RuntimeProblem) -> None:
    """It would say the same."""

    async def ask() -> str:
        raise error

    with pytest.raises(RuntimeProblem):
        await meet.patiently(ask, pause=0)


async def test_the_runtime_tells_its_name(caplog: pytest.LogCaptureFixture) -> None:
    """Which goes into the log."""
    caplog.set_level(logging.INFO)
    caller = answers.Runtime(Version=VERSION)
    found = await meet.meet(caller, allow_untested=False)

    assert found.name == "containerd"
    assert "the runtime is containerd" in caplog.messages[0]


async def test_an_untested_runtime_is_a_warning_if_it_is_allowed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """By the flag."""
    other = api.VersionResponse(runtime_name="rkt").SerializeToString()
    await meet.meet(answers.Runtime(Version=other), allow_untested=True)

    assert "untested" in caplog.messages[-1]


async def test_what_cannot_be_found_out_is_told(caplog: pytest.LogCaptureFixture) -> None:
    """A pod whose status is not to be had."""
    pods = api.ListPodSandboxResponse(items=[api.PodSandbox(id="p1")]).SerializeToString()
    caller = answers.Runtime(ListPodSandbox=pods, ListContainers=b"")
    fetched = await meet.learn(Runtime(caller), [], [])

    assert [pod.id for pod in fetched.event.pods] == ["p1"]
    assert caplog.messages[0].startswith("pod p1: no status")
