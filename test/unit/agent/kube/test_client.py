# SPDX-License-Identifier: Apache-2.0
"""Requests to an API server over one connection."""

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from unit.agent import api

from agent.kube import client, errors
from agent.kube.client import Client


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[api.Api]:
    """A server that knows nothing yet."""
    async with api.serving(tmp_path) as made:
        yield made


@pytest.fixture
async def asked(server: api.Api) -> AsyncIterator[Client]:
    """A client of it."""
    with contextlib.closing(Client(server.way, lambda: 0.0, agent="test")) as made:
        yield made


async def test_a_request_and_its_answer(server: api.Api, asked: Client) -> None:
    """With who we are, parameters, and a body of the kind that was said."""
    server.handler = lambda _: api.Answer(201, {"a": 1})
    found = await asked.request(
        "PATCH", "/api/x y", params={"fieldManager": "m n"}, body={"b": 2}, kind=client.MERGE
    )
    (request,) = server.requests

    assert found == {"a": 1}
    assert (request.method, request.path) == ("PATCH", "/api/x y")
    assert (request.params, request.body) == ({"fieldManager": "m n"}, {"b": 2})
    assert request.headers.get(b"authorization") == b"Bearer secret"
    assert request.headers.get(b"content-type") == client.MERGE.encode()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (404, errors.NotFound),
        (409, errors.Conflict),
        (410, errors.Gone),
        (403, errors.Refused),
        (422, errors.Refused),
        (429, errors.Away),
        (503, errors.Away),
    ],
)
async def test_what_the_server_refuses(
    server: api.Api, asked: Client, status: int, kind: type[errors.ApiError]
) -> None:
    """With its words, and the pause that it wishes for."""
    server.handler = lambda _: api.Answer(
        status, {"message": "because"}, headers=((b"retry-after", b"7"),)
    )
    with pytest.raises(kind, match="cannot get /x: because") as caught:
        await asked.request("GET", "/x")

    assert type(caught.value) is kind
    assert (caught.value.status, caught.value.retry_after) == (status, 7.0)


async def test_all_over_one_connection(server: api.Api, asked: Client) -> None:
    """A watch that stays open is in nobody's way, and a lost connection is made anew."""
    server.handler = lambda request: (
        api.Answer(lines=({"n": 1},), stays=True)
        if "watch" in request.params
        else api.Answer(200, {})
    )
    watched = asked.watch("/w", {"watch": "1"})
    first = await anext(watched)
    await asked.request("GET", "/x")
    connections = len(server.links)
    server.hang_up()
    with pytest.raises(errors.Away):
        await anext(watched)
    await asked.request("GET", "/x")

    assert first == {"n": 1}
    assert connections == 1
    assert asked.calls == {"WATCH": 1, "GET": 2}


async def test_a_request_that_a_good_bye_leaves_out(server: api.Api, asked: Client) -> None:
    """It is sent once more on a new connection: the server has not begun with it."""
    server.handler = lambda request: api.Answer(200, {"path": request.path})
    await asked.request("GET", "/x")
    server.leave_out_next()

    assert await asked.request("GET", "/y") == {"path": "/y"}
    assert [one.path for one in server.requests] == ["/x", "/y"]
    assert len(server.links) == 2


async def test_a_request_that_may_have_been_served(server: api.Api, asked: Client) -> None:
    """It is not sent again, since what it asks for might then happen twice."""

    def handler(request: api.Request) -> api.Answer:
        del request
        server.hang_up()
        return api.Answer(200, {})

    server.handler = handler
    with pytest.raises(errors.Away):
        await asked.request("POST", "/x", body={})

    assert len(server.requests) == 1


async def test_a_watch_in_pieces(server: api.Api, asked: Client) -> None:
    """Events are lines, however long, and end with the watch."""
    lines = tuple({"n": number, "x": "y" * 100_000} for number in range(5))
    server.handler = lambda _: api.Answer(lines=lines)
    found = [one async for one in asked.watch("/w", {})]

    assert [one["n"] for one in found] == list(range(5))


async def test_a_watch_that_is_refused(server: api.Api, asked: Client) -> None:
    """It is the same error as of any request."""
    server.handler = lambda _: api.Answer(410, {"message": "too old", "reason": "Expired"})
    with pytest.raises(errors.Gone):
        await anext(asked.watch("/w", {}))


async def test_an_answer_that_is_no_json(server: api.Api, asked: Client) -> None:
    """Some proxy speaks in the server's place: nothing is known of the object."""
    for body in (b"<html>", b"[]"):
        server.handler = lambda _, body=body: api.Answer(200, body)  # type: ignore[misc]
        with pytest.raises(errors.Away, match="no JSON"):
            await asked.request("GET", "/x")
    server.handler = lambda _: api.Answer(502, b"<html>")
    with pytest.raises(errors.Away, match="<html>"):
        await asked.request("GET", "/x")


async def test_a_server_that_is_not_there(server: api.Api) -> None:
    """It is away, which is told from everything that a server says."""
    nowhere = dataclasses.replace(server.way, port=1)
    with (
        contextlib.closing(Client(nowhere, lambda: 0.0, agent="test")) as gone,
        pytest.raises(errors.Away, match="cannot get /x"),
    ):
        await gone.request("GET", "/x")


async def test_no_answer_in_time(server: api.Api, asked: Client) -> None:
    """A server that hangs is away."""
    server.handler = lambda _: api.Answer(lines=(), stays=True)
    with pytest.raises(errors.Away, match="no answer in time"):
        await asked.request("GET", "/x", timeout=0.05)


async def test_a_server_without_http_2(tmp_path: Path) -> None:
    """It is told, and not guessed at."""
    async with api.serving(tmp_path, protocols=("http/1.1",)) as old:
        with (
            contextlib.closing(Client(old.way, lambda: 0.0, agent="test")) as made,
            pytest.raises(errors.Away, match="does not speak HTTP/2"),
        ):
            await made.request("GET", "/x")


async def test_a_token_that_is_renewed(server: api.Api, tmp_path: Path) -> None:
    """Its file is read again after a while."""
    (tmp_path / "token").write_text("first\n")
    now = 0.0
    way = dataclasses.replace(server.way, token="", token_file=tmp_path / "token")
    server.handler = lambda _: api.Answer(200, {})
    with contextlib.closing(Client(way, lambda: now, agent="test")) as made:
        await made.request("GET", "/x")
        (tmp_path / "token").write_text("second\n")
        await made.request("GET", "/x")
        now = client.TOKEN_LIFETIME
        await asyncio.gather(made.request("GET", "/x"), made.request("GET", "/x"))

    given = [one.headers.get(b"authorization") for one in server.requests]
    assert given == [b"Bearer first", b"Bearer first", b"Bearer second", b"Bearer second"]


async def test_answers_are_counted(server: api.Api, asked: Client) -> None:
    """By verb and status; one that did not come counts as 0."""
    server.handler = lambda request: api.Answer(404 if request.method == "GET" else 200, {})
    with pytest.raises(errors.NotFound):
        await asked.request("GET", "/x")
    await asked.request("PATCH", "/x", body={})
    asked.close()
    server.handler = lambda _: api.Answer(stays=True, lines=())
    with pytest.raises(errors.Away):
        await asked.request("GET", "/x", timeout=0.05)

    assert asked.answers == {("GET", "404"): 1, ("PATCH", "200"): 1, ("GET", "0"): 1}
