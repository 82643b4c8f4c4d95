# SPDX-License-Identifier: Apache-2.0
"""Following a list through everything that happens to a watch."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from unit.controller import api_server

from controller import kube
from controller.kube import paths, watch

SECRETS = paths.secrets("ns")


def secret(name: str) -> str:
    """Path of a Secret in the namespace that the tests follow."""
    return paths.secret("ns", name)


def put(server: api_server.ApiServer, name: str, **more: object) -> None:
    """Put a Secret there."""
    server.put(secret(name), {"kind": "Secret", "data": {"k": "djE="}, **more})


def brief(event: watch.Event) -> str:
    """Say an event in a word: `listed a`, `changed a`, `deleted a`, `synced a b`, `lost 503`."""
    match event:
        case watch.Changed(obj, listed):
            return f"{'listed' if listed else 'changed'} {obj['metadata']['name']}"
        case watch.Deleted(obj):
            return f"deleted {obj['metadata']['name']}"
        case watch.Synced(keys):
            return " ".join(["synced", *sorted(name for _, name in keys)])
        case watch.Lost(error):
            return f"lost {error.status}"


class Reader:
    """Reads events one by one, each with a deadline."""

    def __init__(self, events: AsyncIterator[watch.Event]) -> None:
        self._events = events

    async def event(self) -> watch.Event:
        """Give the next event."""
        async with asyncio.timeout(api_server.DEADLINE):
            return await anext(self._events)

    async def take(self, count: int) -> list[str]:
        """Give so many events in words."""
        return [brief(await self.event()) for _ in range(count)]

    async def until(self, word: str) -> list[str]:
        """Give events in words up to and with the first that starts with `word`."""
        seen = [brief(await self.event())]
        while not seen[-1].startswith(word):
            seen.append(brief(await self.event()))
        return seen


Follow = Callable[..., contextlib.AbstractAsyncContextManager[Reader]]


@pytest.fixture
def follow(client: kube.Client) -> Follow:
    """Give a function that follows the Secrets, or what its arguments say."""

    @contextlib.asynccontextmanager
    async def start(path: str = SECRETS, **selection: Any) -> AsyncIterator[Reader]:
        what = watch.Following(path, rng=random.Random(1), **selection)  # noqa: S311
        events = watch.follow(client, what)
        async with contextlib.aclosing(events):  # type: ignore[type-var]
            yield Reader(events)

    return start


async def test_first_comes_what_is_there_then_that_it_is_all(
    follow: Follow, server: api_server.ApiServer
) -> None:
    """Objects of the list are marked, and `Synced` names them."""
    put(server, "a")
    put(server, "b")

    async with follow() as reader:
        seen = await reader.take(3)

    assert seen == ["listed a", "listed b", "synced a b"]


async def test_a_kind_without_objects_is_synced_too(follow: Follow) -> None:
    """A real server sends null in place of an empty list."""
    async with follow() as reader:
        seen = await reader.take(1)

    assert seen == ["synced"]


async def test_changes_come_in_order(follow: Follow, server: api_server.ApiServer) -> None:
    """Added, changed and deleted, each once."""
    async with follow() as reader:
        await reader.until("synced")
        put(server, "a")
        put(server, "a", data={"k": "djI="})
        server.remove(secret("a"))
        seen = await reader.take(3)

    assert seen == ["changed a", "changed a", "deleted a"]


async def test_a_list_is_read_in_pages(
    follow: Follow, server: api_server.ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each page is asked for with the token of the one before; nothing is lost or doubled."""
    monkeypatch.setattr(watch, "PAGE", "2")
    for name in "abcde":
        put(server, name)

    async with follow() as reader:
        seen = await reader.until("synced")

    assert seen == [*(f"listed {name}" for name in "abcde"), "synced a b c d e"]
    assert [("continue" in r.query) for r in server.requests if r.method == "GET"][:3] == [
        False,
        True,
        True,
    ]


async def test_a_watch_that_ends_goes_on_where_it_was(
    follow: Follow, server: api_server.ApiServer
) -> None:
    """The server ends watches after minutes; nothing is listed anew and nothing missed."""
    async with follow() as reader:
        await reader.until("synced")
        put(server, "a")
        before = await reader.take(1)
        await server.until(lambda: server.watching == 1)
        server.end_watches()
        await server.until(lambda: server.watching == 0)
        put(server, "b")
        after = await reader.take(1)

    assert (before, after) == (["changed a"], ["changed b"])
    lists = [r for r in server.requests if "watch" not in r.query]
    assert len(lists) == 1


async def test_a_bookmark_moves_the_place_to_go_on_from(
    follow: Follow, server: api_server.ApiServer
) -> None:
    """After a quiet time the old version is gone; with the bookmark's no new list is needed."""
    async with follow() as reader:
        await reader.until("synced")
        going = asyncio.ensure_future(reader.event())
        await server.until(lambda: server.watching == 1)
        server.bookmark()
        server.compact()
        server.end_watches()
        await server.until(lambda: server.watching == 1 and len(server.requests) == 3)
        put(server, "a")
        seen = brief(await going)

    assert seen == "changed a"
    assert server.requests[-1].query["allowWatchBookmarks"] == "true"


async def test_a_deletion_during_a_gap_is_in_the_next_synced(
    follow: Follow, server: api_server.ApiServer
) -> None:
    """After 410 the list is read anew; what it does not name has gone (2.9)."""
    put(server, "a")
    put(server, "b")
    async with follow() as reader:
        await reader.until("synced")
        going = asyncio.ensure_future(reader.take(2))
        await server.until(lambda: server.watching == 1)
        server.refuse("GET", SECRETS, 503)
        server.end_watches()
        await server.until(lambda: server.watching == 0)
        server.remove(secret("a"))
        server.compact()
        seen = [*(await going), *(await reader.until("synced"))]

    assert seen[0] == "lost 503"
    assert seen[-2:] == ["listed b", "synced b"]
    assert "deleted a" not in seen


async def test_an_http_answer_of_410_lists_anew_as_well(
    follow: Follow, server: api_server.ApiServer
) -> None:
    """The server may say it before or within the stream; it is no loss of the connection."""
    async with follow() as reader:
        await reader.until("synced")
        server.refuse("GET", SECRETS, 410, reason="Expired")
        put(server, "a")
        seen = await reader.take(2)

    assert seen == ["listed a", "synced a"]


async def test_a_list_whose_pages_grow_too_old_starts_anew(
    follow: Follow, server: api_server.ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`Synced` comes only for a list that was complete."""
    monkeypatch.setattr(watch, "PAGE", "1")
    put(server, "a")
    put(server, "b")

    async with follow() as reader:
        first = await reader.take(1)
        server.remove(secret("a"))
        server.compact()
        seen = await reader.until("synced")

    assert first == ["listed a"]
    assert seen == ["listed b", "synced b"]


async def test_a_list_that_breaks_off_between_pages_starts_anew(
    follow: Follow, server: api_server.ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the rest would never be seen, and nothing would ever be synced."""
    monkeypatch.setattr(watch, "PAGE", "1")
    put(server, "a")
    put(server, "b")

    async with follow() as reader:
        seen = await reader.take(1)
        server.refuse("GET", "secrets", 503)
        seen += await reader.take(4)

    assert seen == ["listed a", "lost 503", "listed a", "listed b", "synced a b"]


async def test_a_server_that_refuses_is_reported_and_tried_again(
    follow: Follow, server: api_server.ApiServer
) -> None:
    """Errors come as events, never as exceptions."""
    put(server, "a")
    server.refuse("GET", SECRETS, 403, times=2)

    async with follow() as reader:
        seen = await reader.until("synced")

    assert seen == ["lost 403", "lost 403", "listed a", "synced a"]


async def test_a_server_that_comes_back_is_found_again(unused_tcp_port: int) -> None:
    """It was restarted in the middle: `Lost`, then everything that happened meanwhile."""
    state = api_server.ApiServer()
    put(state, "a")
    connection = kube.Connection(f"http://127.0.0.1:{unused_tcp_port}")
    async with kube.Client(connection, clock=lambda: 0.0) as client:
        reader = Reader(watch.follow(client, watch.Following(SECRETS)))
        async with api_server.serve(state, unused_tcp_port):
            before = await reader.until("synced")
            going = asyncio.ensure_future(reader.until("lost"))
            await state.until(lambda: state.watching == 1)
        lost = await going
        put(state, "b")
        async with api_server.serve(state, unused_tcp_port):
            after = await reader.until("changed")

    assert before == ["listed a", "synced a"]
    assert lost[-1] == "lost 0"
    assert after[-1] == "changed b"


@pytest.mark.parametrize("chunk", [1, 7, 4096])
async def test_objects_may_come_in_pieces(
    follow: Follow, server: api_server.ApiServer, chunk: int
) -> None:
    """A line ends where it ends, not where a packet does; multi-byte letters are cut too."""
    server.chunk = chunk
    text = "ä✓" * (30 if chunk < 100 else 100_000)
    async with follow() as reader:
        await reader.until("synced")
        put(server, "a", text=text)
        put(server, "b")
        first, second = await reader.event(), await reader.event()

    assert isinstance(first, watch.Changed)
    assert first.obj["text"] == text
    assert brief(second) == "changed b"


async def test_an_object_larger_than_any_line_limit_arrives(
    follow: Follow, server: api_server.ApiServer
) -> None:
    """The server stores up to 1.5 MB an object."""
    async with follow() as reader:
        await reader.until("synced")
        put(server, "a", text="x" * 1_500_000)
        event = await reader.event()

    assert isinstance(event, watch.Changed)
    assert len(event.obj["text"]) == 1_500_000


async def test_selectors_narrow_list_and_watch_on_the_server(
    follow: Follow, server: api_server.ApiServer
) -> None:
    """Only what fits is sent at all."""
    put(server, "a", metadata={"labels": {"origin": "us"}})
    put(server, "b", metadata={"labels": {"origin": "them"}})
    async with follow(label_selector="origin=us") as reader:
        first = await reader.until("synced")
        put(server, "c")
        put(server, "d", metadata={"labels": {"origin": "us"}})
        second = await reader.take(1)

    assert first == ["listed a", "synced a"]
    assert second == ["changed d"]


async def test_one_object_can_be_followed_by_name(
    follow: Follow, server: api_server.ApiServer
) -> None:
    """A field selector does it."""
    put(server, "a")
    put(server, "b")
    async with follow(field_selector="metadata.name=b") as reader:
        seen = await reader.until("synced")

    assert seen == ["listed b", "synced b"]


async def test_metadata_is_all_that_is_sent_where_it_is_enough(
    follow: Follow, server: api_server.ApiServer
) -> None:
    """In the list and in the watch."""
    put(server, "a")
    async with follow(metadata_only=True) as reader:
        listed = await reader.event()
        await reader.until("synced")
        put(server, "b")
        changed = await reader.event()

    assert isinstance(listed, watch.Changed)
    assert isinstance(changed, watch.Changed)
    assert "data" not in listed.obj
    assert "data" not in changed.obj


def test_a_key_of_an_object_without_namespace() -> None:
    """Cluster-scoped objects have an empty one."""
    assert watch.key_of({"metadata": {"name": "n"}}) == ("", "n")
