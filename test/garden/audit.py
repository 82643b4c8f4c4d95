# SPDX-License-Identifier: Apache-2.0
"""Who asked an API server for what, read from its audit log.

The log is the server's own word, so requests that a client forgets to count are counted. A
request is written when it comes and when it has been answered; a watch when it ends. The answer may
be written after a watch has told of the change: places in the log are moments of coming.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ANSWERED = "ResponseComplete"
_ENDED = {_ANSWERED, "Panic"}
"""A request whose client has gone may end without an answer."""

_PATIENCE, _POLL = 10.0, 0.02

WRITES = frozenset({"create", "update", "patch", "delete", "deletecollection"})


@dataclass(frozen=True, slots=True)
class Request:
    """One answered request; `resource` has the subresource after a slash.

    `time` is when it came: RFC 3339 with six digits, so that texts compare as moments do.
    """

    user: str
    agent: str
    verb: str
    resource: str
    namespace: str
    name: str
    code: int
    time: str

    @property
    def writes(self) -> bool:
        """Tell whether it asked for a change that was accepted."""
        return self.verb in WRITES and self.code < 400


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment, and the size of the log (bytes) before it; older lines need not be read."""

    offset: int
    time: str


BEGINNING = Mark(0, "")
EVER = "9999"
"""A moment after all."""


def read(log: Path, *, offset: int = 0) -> Iterator[Request]:
    """Read the requests of a log from a byte offset on (its size then, to skip what was)."""
    for event in _events(log, offset):
        if event["stage"] == _ANSWERED and "objectRef" in event:
            yield _request(event)


def unanswered(log: Path, mark: Mark, until: str) -> set[str]:
    """Name the requests (audit ids) that came between two moments and have not ended yet.

    Watches are left out: they are answered when they end.
    """
    came: set[str] = set()
    for event in _events(log, mark.offset):
        if event["stage"] in _ENDED:
            came.discard(event["auditID"])
        elif mark.time < event["requestReceivedTimestamp"] <= until and event["verb"] != "watch":
            came.add(event["auditID"])
    return came


async def answered(log: Path, mark: Mark = BEGINNING, until: str = EVER) -> list[Request]:
    """Give the requests that came between two moments, watches too, once no answer is missing.

    Raises `TimeoutError`.
    """
    async with asyncio.timeout(_PATIENCE):
        while unanswered(log, mark, until):  # noqa: ASYNC110  # a file tells nobody
            await asyncio.sleep(_POLL)
    return [one for one in read(log, offset=mark.offset) if mark.time < one.time <= until]


def size(log: Path) -> int:
    """Give the log's size in bytes, to read from there later."""
    return log.stat().st_size if log.exists() else 0


def by_user(requests: Iterable[Request], user: str) -> list[Request]:
    """Choose the requests of a user, or of all whose name starts with it."""
    return [request for request in requests if request.user.startswith(user)]


def count(requests: Iterable[Request]) -> Counter[tuple[str, str]]:
    """Count by verb and resource."""
    return Counter((request.verb, request.resource) for request in requests)


def writes_by_namespace(requests: Iterable[Request]) -> Counter[str]:
    """Count accepted writes by namespace; for a shoot's namespace: by shoot."""
    return Counter(request.namespace for request in requests if request.writes)


def _events(log: Path, offset: int) -> Iterator[dict[str, Any]]:
    with log.open("rb") as lines:
        lines.seek(offset)
        for line in lines:
            if not line.endswith(b"\n"):
                return  # The server is writing it just now.
            yield json.loads(line)


def _request(event: dict[str, Any]) -> Request:
    reference, user, status = event["objectRef"], event["user"], event.get("responseStatus")
    assert isinstance(reference, dict)
    assert isinstance(user, dict)
    resource = "/".join(
        str(reference[part]) for part in ("resource", "subresource") if reference.get(part)
    )
    return Request(
        user=str(user.get("username", "")),
        agent=str(event.get("userAgent", "")),
        verb=str(event["verb"]),
        resource=resource,
        namespace=str(reference.get("namespace", "")),
        name=str(reference.get("name", "")),
        code=int(status.get("code", 0)) if isinstance(status, dict) else 0,
        time=str(event["requestReceivedTimestamp"]),
    )
