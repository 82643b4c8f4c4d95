# SPDX-License-Identifier: Apache-2.0
"""The audit log is read while the API server writes it."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from garden import audit

USER = "system:serviceaccount:ns:one"


def event(number: int, stage: str, verb: str = "get") -> bytes:
    """Write one line about a request, which came in the minute of its number."""
    said: dict[str, Any] = {
        "auditID": str(number),
        "stage": stage,
        "verb": verb,
        "user": {"username": USER},
        "objectRef": {"resource": "secrets", "namespace": "ns", "name": f"s{number}"},
        "requestReceivedTimestamp": f"2026-11-22T12:{number:02}:00.000000Z",
    }
    if stage == "ResponseComplete":
        said["responseStatus"] = {"code": 200}
    return json.dumps(said).encode() + b"\n"


def write(log: Path, *lines: bytes) -> None:
    """Append as the server does."""
    with log.open("ab") as file:
        file.writelines(lines)


def named(requests: list[audit.Request]) -> list[str]:
    """Give the objects that were asked for."""
    return [one.name for one in requests]


async def test_an_answer_that_is_not_written_yet_is_waited_for(tmp_path: Path) -> None:
    """A watch may have told of the change before."""
    log = tmp_path / "log"
    write(log, event(1, "RequestReceived"), event(2, "RequestReceived"))
    waiting = asyncio.create_task(audit.answered(log), name="answered")
    write(log, event(2, "ResponseComplete"))
    await asyncio.sleep(0)
    early = waiting.done()
    late = event(1, "ResponseComplete")
    write(log, late[:40])
    write(log, late[40:])

    assert not early
    assert named(await waiting) == ["s2", "s1"]


@pytest.mark.parametrize(("stage", "verb"), [("Panic", "get"), ("ResponseStarted", "watch")])
async def test_what_has_no_answer_is_not_waited_for(tmp_path: Path, stage: str, verb: str) -> None:
    """Watches go on, and the client of a request may have been killed."""
    log = tmp_path / "log"
    write(log, event(1, "RequestReceived", verb), event(1, stage, verb))
    write(log, event(2, "RequestReceived"), event(2, "ResponseComplete"))

    assert named(await audit.answered(log)) == ["s2"]


async def test_only_what_came_between_two_moments_counts(tmp_path: Path) -> None:
    """However late it was answered, and whatever else is under way."""
    log = tmp_path / "log"
    write(log, event(1, "RequestReceived"))
    mark = audit.Mark(audit.size(log), "2026-11-22T12:01:00.000000Z")
    write(log, *(event(number, "RequestReceived") for number in (2, 3)))
    write(log, *(event(number, "ResponseComplete") for number in (1, 2)))

    assert named(await audit.answered(log, mark, "2026-11-22T12:02:00.000000Z")) == ["s2"]
