# SPDX-License-Identifier: Apache-2.0
"""Following a list: nothing is missed, and what is not known is not told."""

import contextlib
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

import pytest
from unit.agent import api

from agent.kube import client, watch


def item(name: str, version: str = "1") -> dict[str, Any]:
    """An object."""
    return {"metadata": {"name": name, "resourceVersion": version}}


def change(kind: str, name: str, version: str) -> dict[str, Any]:
    """An event of a watch."""
    return {"type": kind, "object": item(name, version)}


def page(version: str, *names: str, token: str = "") -> dict[str, Any]:
    """A page of a list."""
    metadata = {"resourceVersion": version, **({"continue": token} if token else {})}
    return {"metadata": metadata, "items": [item(name) for name in names]}


class Script:
    """Answers one after the other; the last one again and again."""

    def __init__(self, *answers: api.Answer) -> None:
        """Take them."""
        self.answers = list(answers)

    def __call__(self, request: api.Request) -> api.Answer:
        """Give the next one."""
        del request
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


OPEN = api.Answer(lines=(), stays=True)


@pytest.fixture
async def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[api.Api]:
    """A server, and no pauses."""
    monkeypatch.setattr(watch, "FIRST_PAUSE", 0.0)
    async with api.serving(tmp_path) as made:
        yield made


async def told(server: api.Api, count: int, name: str = "") -> list[watch.Event]:
    """Give the first events."""
    found: list[watch.Event] = []
    with contextlib.closing(client.Client(server.way, lambda: 0.0, agent="test")) as asked:
        async with contextlib.aclosing(watch.follow(asked, "/c", lambda: 0.5, name=name)) as events:
            async for event in events:
                found.append(event)
                if len(found) == count:
                    return found
    return found


def shown(events: Iterable[watch.Event]) -> list[str]:
    """Give events in words."""
    found = []
    for event in events:
        match event:
            case watch.Seen(obj):
                found.append(f"seen {obj['metadata']['name']}")
            case watch.Removed(obj):
                found.append(f"removed {obj['metadata']['name']}")
            case watch.Synced(names):
                found.append(f"synced {','.join(sorted(names))}")
    return found


async def test_a_list_and_what_comes_after_it(server: api.Api) -> None:
    """All pages, the names that are there, then each change from there on."""
    server.handler = Script(
        api.Answer(body=page("5", "a", token="t")),
        api.Answer(body=page("5", "b")),
        api.Answer(
            lines=(
                change("ADDED", "c", "6"),
                change("BOOKMARK", "", "8"),
                change("DELETED", "a", "9"),
            )
        ),
        OPEN,
    )
    events = await told(server, 5)

    assert shown(events) == ["seen a", "seen b", "synced a,b", "seen c", "removed a"]
    assert server.requests[1].params["continue"] == "t"
    assert server.requests[2].params["resourceVersion"] == "5"
    assert server.requests[2].params["allowWatchBookmarks"] == "true"


async def test_a_watch_that_ends(server: api.Api) -> None:
    """The next one goes on where it ended, a mark of progress included."""
    server.handler = Script(
        api.Answer(body=page("5")),
        api.Answer(lines=(change("BOOKMARK", "", "8"),)),
        api.Answer(lines=(change("ADDED", "a", "9"),)),
        OPEN,
    )
    events = await told(server, 2, name="a")

    assert shown(events) == ["synced ", "seen a"]
    assert [one.params.get("resourceVersion") for one in server.requests[:3]] == [None, "5", "8"]
    assert {one.params["fieldSelector"] for one in server.requests[:3]} == {"metadata.name=a"}


@pytest.mark.parametrize(
    "answer",
    [
        api.Answer(410, {"message": "too old"}),
        api.Answer(
            lines=({"type": "ERROR", "object": {"code": 410, "message": "too old"}},),
        ),
    ],
    ids=["answer", "event"],
)
async def test_what_is_too_old(server: api.Api, answer: api.Answer) -> None:
    """The list is read anew: what has gone meanwhile is not among the names."""
    server.handler = Script(
        api.Answer(body=page("5", "a")), answer, api.Answer(body=page("9", "b")), OPEN
    )
    events = await told(server, 4)

    assert shown(events) == ["seen a", "synced a", "seen b", "synced b"]


async def test_a_server_that_is_away(server: api.Api, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is told of objects meanwhile; the failure is logged once."""
    away = api.Answer(503, {"message": "starting"})
    server.handler = Script(
        away,
        away,
        api.Answer(body=page("5", "a")),
        away,
        api.Answer(404, {"message": "no such kind"}),
        api.Answer(lines=(change("DELETED", "a", "6"),)),
        OPEN,
    )
    events = await told(server, 3)

    assert shown(events) == ["seen a", "synced a", "removed a"]
    assert sum("starting" in text for text in caplog.messages) == 3 - 1


async def test_a_list_that_breaks_off(server: api.Api) -> None:
    """Names are told only of a whole one."""
    server.handler = Script(
        api.Answer(body=page("5", "a", token="t")),
        api.Answer(503, {}),
        api.Answer(body=page("6", "a")),
        OPEN,
    )
    events = await told(server, 3)

    assert shown(events) == ["seen a", "seen a", "synced a"]
