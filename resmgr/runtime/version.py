# SPDX-License-Identifier: Apache-2.0
"""The check of the runtime: whether it answers, speaks CRI and is one that is known (3.4)."""

from dataclasses import dataclass
from typing import Final

from ..cri import api_pb2
from ..protobuf import reading
from ..wire.grpc.codes import Code
from ..wire.grpc.statuses import CallError
from .caller import SERVICES, Caller, Runtime, RuntimeProblem, cause

TESTED: Final = ("containerd", "cri-o")
"""How names of runtimes begin that are known to work."""

_KUBELET_VERSION: Final = "0.1.0"
_TIMEOUT: Final = 10.0


@dataclass(frozen=True, slots=True)
class Found:
    """The runtime that answered; `warning` is empty or worth a line in the log."""

    runtime: Runtime
    name: str
    version: str
    warning: str = ""


async def check(caller: Caller, *, allow_untested: bool = False) -> Found:
    """Ask the runtime who it is. Raises `RuntimeProblem`."""
    for service in SERVICES:
        runtime = Runtime(caller, service)
        try:
            found = await _ask(runtime)
        except CallError as error:
            if error.status.code is Code.UNIMPLEMENTED and service != SERVICES[-1]:
                continue
            raise RuntimeProblem(f"failed to query runtime version: {cause(error)}") from error
        break
    if found.name.startswith(TESTED):
        return found
    if not allow_untested:
        raise RuntimeProblem(
            f"rejecting untested runtime {found.name!r}, use --allow-untested-runtimes to allow it"
        )
    text = f"runtime {found.name!r} is untested: pods may not get what their policy gives them"
    return Found(found.runtime, found.name, found.version, text)


async def _ask(runtime: Runtime) -> Found:
    request = api_pb2.VersionRequest(version=_KUBELET_VERSION)
    answer = await runtime.call("Version", request.SerializeToString(), _TIMEOUT)
    try:
        told = reading.read(api_pb2.VersionResponse, answer)
    except reading.Unreadable as error:
        raise RuntimeProblem(f"failed to query runtime version: {error}") from error
    return Found(runtime, told.runtime_name, told.runtime_version)
