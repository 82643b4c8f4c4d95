# SPDX-License-Identifier: Apache-2.0
"""What a connection to the runtime has to look like, and the errors of calls on it."""

from dataclasses import dataclass
from typing import Final, Protocol

from ..wire.grpc.statuses import CallError

SERVICES: Final = ("runtime.v1.RuntimeService", "runtime.v1alpha2.RuntimeService")
"""Names of the service that we understand, the preferred one first; their messages are the same."""


class Caller(Protocol):
    """Makes one call."""

    async def call(self, method: str, message: bytes, timeout: float, /) -> bytes:
        """Give the answer of a method, named by its path, within `timeout` seconds.

        Raises `wire.grpc.statuses.CallError` with the runtime's status, or with our own when the
        runtime is not there or takes too long.
        """


class RuntimeProblem(Exception):
    """The runtime cannot be used; the text is for people and tells what helps."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """A runtime by one of the names of its service."""

    caller: Caller
    service: str = SERVICES[0]

    async def call(self, method: str, message: bytes, timeout: float) -> bytes:
        """Call a method by its plain name. Raises `CallError`."""
        return await self.caller.call(f"/{self.service}/{method}", message, timeout)


def cause(error: CallError) -> str:
    """Say in words why a call failed."""
    return f"{error.status.message or 'no reason given'} ({error.status.code.name})"
