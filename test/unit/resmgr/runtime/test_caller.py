# SPDX-License-Identifier: Apache-2.0
"""Calls by plain names, and their errors in words."""

from unit.resmgr.runtime import answers

from resmgr.runtime import caller
from resmgr.wire.grpc.codes import Code
from resmgr.wire.grpc.statuses import CallError


async def test_plain_names_become_paths() -> None:
    """A method is called at the service by which the runtime is known."""
    stand_in = answers.Runtime()
    stand_in.answers["/runtime.v1alpha2.RuntimeService/Version"] = b"v"
    runtime = caller.Runtime(stand_in, caller.SERVICES[1])

    assert await runtime.call("Version", b"", 1.0) == b"v"


def test_causes_name_the_code() -> None:
    """A failed call is told with its text and code, or with the code alone."""
    assert caller.cause(CallError(Code.UNAVAILABLE, "away")) == "away (UNAVAILABLE)"
    assert caller.cause(CallError(Code.UNKNOWN, "")) == "no reason given (UNKNOWN)"
