# SPDX-License-Identifier: Apache-2.0
"""The check of the runtime."""

import pytest
from unit.resmgr.runtime import answers

from resmgr.runtime import caller, version
from resmgr.wire.grpc.codes import Code
from resmgr.wire.grpc.statuses import CallError


def told(name: str) -> bytes:
    """Write the answer of a runtime; fields 2 and 3 are its name and version."""
    return b"\x12" + bytes([len(name)]) + name.encode() + b"\x1a\x03v1a"


@pytest.mark.parametrize("name", ["containerd", "cri-o", "containerd-ng"])
async def test_tested_runtimes_are_taken(name: str) -> None:
    """Containerd and CRI-O are taken, without a warning; they are asked as the kubelet asks."""
    runtime = answers.Runtime(Version=told(name))

    found = await version.check(runtime)

    assert (found.name, found.version, found.warning) == (name, "v1a", "")
    assert runtime.seen == [("/runtime.v1.RuntimeService/Version", b"\n\x050.1.0")]


@pytest.mark.parametrize("name", ["docker", "", "my-containerd"])
async def test_untested_runtimes_are_refused(name: str) -> None:
    """Another runtime is refused, with the flag that allows it."""
    with pytest.raises(caller.RuntimeProblem, match=r"rejecting untested runtime .* use --allow-"):
        await version.check(answers.Runtime(Version=told(name)))


async def test_untested_runtimes_can_be_allowed() -> None:
    """With the flag another runtime is taken, with a warning."""
    found = await version.check(answers.Runtime(Version=told("docker")), allow_untested=True)

    assert "'docker' is untested" in found.warning


async def test_old_runtimes_are_asked_by_the_old_name() -> None:
    """A runtime that speaks only v1alpha2 is found, and is called so from then on."""
    runtime = answers.Runtime()
    runtime.answers["/runtime.v1alpha2.RuntimeService/Version"] = told("containerd")

    found = await version.check(runtime)

    assert found.runtime.service == "runtime.v1alpha2.RuntimeService"


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (CallError(Code.UNAVAILABLE, "no such file"), "no such file"),
        (CallError(Code.UNIMPLEMENTED, "unknown service"), "unknown service|v1alpha2"),
        (b"\xff", "cannot read 1 bytes"),
    ],
)
async def test_a_runtime_that_does_not_answer(answer: answers.Answer, text: str) -> None:
    """A runtime that fails, speaks another protocol or says nothing readable cannot be used."""
    with pytest.raises(caller.RuntimeProblem, match=f"failed to query runtime version: .*({text})"):
        await version.check(answers.Runtime(Version=answer))
