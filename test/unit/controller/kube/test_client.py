# SPDX-License-Identifier: Apache-2.0
"""One request and its answer, against a server that really answers."""

import asyncio
import contextlib
import pathlib
from collections.abc import AsyncIterator

import pytest
from unit.controller import api_server

from controller import kube
from controller.kube import client as client_module
from controller.kube import paths

SECRET = paths.secret("ns", "s")


@pytest.fixture(autouse=True)
def secret(server: api_server.ApiServer) -> api_server.Object:
    """Have one Secret."""
    return server.put(SECRET, {"kind": "Secret", "data": {"a": "MQ=="}})


async def test_an_object_comes_as_plain_data(client: kube.Client) -> None:
    """Reading gives what the server has."""
    found = await client.get(SECRET)

    assert found["data"] == {"a": "MQ=="}


async def test_a_missing_object_is_not_found(client: kube.Client) -> None:
    """Nothing there is an error of its own."""
    with pytest.raises(kube.NotFound):
        await client.get(paths.secret("ns", "other"))


async def test_creating_what_exists_is_told_from_a_conflict(client: kube.Client) -> None:
    """The caller can go on with the object that is there."""
    with pytest.raises(kube.AlreadyExists):
        await client.create(paths.secrets("ns"), {"metadata": {"name": "s"}})


async def test_a_patch_for_another_version_is_a_conflict(client: kube.Client) -> None:
    """A resourceVersion in the patch is the optimistic lock of EXT-3."""
    with pytest.raises(kube.Conflict):
        await client.patch(SECRET, {"metadata": {"resourceVersion": "1"}})


async def test_a_patch_is_a_merge_patch(client: kube.Client, server: api_server.ApiServer) -> None:
    """The content type says so; null takes a key away."""
    answer = await client.patch(SECRET, {"data": {"a": None, "b": "Mg=="}})

    assert answer["data"] == {"b": "Mg=="}
    assert server.requests[-1].headers["Content-Type"] == "application/merge-patch+json"


async def test_server_side_apply_names_its_manager_and_wins(
    client: kube.Client, server: api_server.ApiServer
) -> None:
    """Apply is a PATCH of its own content type with manager and force."""
    await client.apply(SECRET, {"data": {}}, field_manager="me")

    request = server.requests[-1]
    assert request.headers["Content-Type"] == "application/apply-patch+yaml"
    assert request.query == {"fieldManager": "me", "force": "true"}


async def test_replacing_an_object_drops_what_it_no_longer_has(client: kube.Client) -> None:
    """A PUT carries the whole object."""
    found = await client.get(SECRET)

    answer = await client.replace(SECRET, {"metadata": found["metadata"], "kind": "Secret"})

    assert "data" not in answer


async def test_a_deletion_answers_with_the_object_while_finalizers_hold_it(
    client: kube.Client, server: api_server.ApiServer
) -> None:
    """So the caller learns that it is on its way out."""
    server.change(SECRET, {"metadata": {"finalizers": ["x/y"]}})

    answer = await client.delete(SECRET)

    assert answer["metadata"]["deletionTimestamp"] == api_server.DELETED_AT


async def test_a_deletion_is_told_how_to_treat_dependents(
    client: kube.Client, server: api_server.ApiServer
) -> None:
    """Background is what kubectl uses, too."""
    await client.delete(SECRET)

    assert server.get(SECRET) is None
    assert server.requests[-1].query == {"propagationPolicy": "Background"}


async def test_metadata_lists_ask_for_metadata_only(client: kube.Client) -> None:
    """A Cluster has 58 kB; of most of them only the metadata is wanted."""
    page = await client.get_metadata(paths.secrets("ns"))

    assert [set(item) for item in page["items"]] == [{"kind", "metadata"}]


async def test_a_busy_servers_wish_is_passed_on(
    client: kube.Client, server: api_server.ApiServer
) -> None:
    """Retry-After reaches the queue."""
    server.refuse("GET", SECRET, 429, headers={"Retry-After": "3"})

    with pytest.raises(kube.Unavailable) as caught:
        await client.get(SECRET)

    assert caught.value.retry_after == 3.0


async def test_nothing_is_retried(client: kube.Client, server: api_server.ApiServer) -> None:
    """Whoever asked knows whether to ask again."""
    server.refuse("GET", SECRET, 503)

    with pytest.raises(kube.Unavailable):
        await client.get(SECRET)

    assert len(server.requests) == 1


async def test_a_server_that_is_away_is_unavailable(
    unused_tcp_port: int,
) -> None:
    """No connection is status 0, to be tried again later."""
    connection = kube.Connection(f"http://127.0.0.1:{unused_tcp_port}")
    async with kube.Client(connection, clock=lambda: 0.0) as lonely:
        with pytest.raises(kube.Unavailable) as caught:
            await lonely.get(SECRET)

        assert caught.value.status == 0
        assert not await lonely.ready()


async def _garbage(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    page = b"<html>no such luck</html>"
    writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: %d\r\n\r\n%s" % (len(page), page))
    await writer.drain()
    writer.close()


@pytest.fixture
async def proxy() -> AsyncIterator[str]:
    """Run something that answers every request with a web page, as a broken proxy does."""
    running = await asyncio.start_server(_garbage, "127.0.0.1", 0)
    async with running:
        yield f"http://127.0.0.1:{running.sockets[0].getsockname()[1]}"


async def test_an_answer_that_is_no_json_is_an_error_with_its_text(proxy: str) -> None:
    """What a load balancer says is shown, it does not crash us."""
    async with kube.Client(kube.Connection(proxy), clock=lambda: 0.0) as behind:
        with pytest.raises(kube.Unavailable, match="no such luck"):
            await behind.get(SECRET)


async def test_readiness_is_the_servers_own_word(
    client: kube.Client, server: api_server.ApiServer
) -> None:
    """`/readyz` of the API server decides (5.4)."""
    before = await client.ready()
    server.ready = False

    assert before
    assert not await client.ready()


async def test_the_token_is_sent(server: api_server.ApiServer) -> None:
    """Every request carries it."""
    connection = kube.Connection(server.url, token="abc")
    async with kube.Client(connection, clock=lambda: 0.0) as open_client:
        await open_client.get(SECRET)

    assert server.requests[-1].headers["Authorization"] == "Bearer abc"


async def test_without_a_token_no_authorization_is_sent(
    client: kube.Client, server: api_server.ApiServer
) -> None:
    """With a client certificate there is none."""
    await client.get(SECRET)

    assert "Authorization" not in server.requests[-1].headers


async def test_a_token_file_is_read_again_in_time(
    server: api_server.ApiServer, tmp_path: pathlib.Path
) -> None:
    """The kubelet renews the file; a minute later the new token counts."""
    file = tmp_path / "token"
    file.write_text("first\n")
    now = [0.0]
    connection = kube.Connection(server.url, token_file=file)
    async with kube.Client(connection, clock=lambda: now[0]) as open_client:
        await open_client.get(SECRET)
        file.write_text("second\n")
        await open_client.get(SECRET)
        now[0] = 61.0
        await open_client.get(SECRET)

    sent = [request.headers["Authorization"] for request in server.requests]
    assert sent == ["Bearer first", "Bearer first", "Bearer second"]


async def test_a_missing_token_file_is_worth_another_try(
    server: api_server.ApiServer, tmp_path: pathlib.Path
) -> None:
    """It may be in the middle of being replaced."""
    connection = kube.Connection(server.url, token_file=tmp_path / "token")
    async with kube.Client(connection, clock=lambda: 0.0) as open_client:
        with pytest.raises(kube.Unavailable):
            await open_client.get(SECRET)


async def test_each_request_is_reported_with_its_answer(server: api_server.ApiServer) -> None:
    """Metrics count method and HTTP status."""
    seen: list[tuple[str, int]] = []
    async with kube.Client(
        kube.Connection(server.url),
        clock=lambda: 0.0,
        on_request=lambda method, status: seen.append((method, status)),
    ) as open_client:
        await open_client.get(SECRET)
        with pytest.raises(kube.NotFound):
            await open_client.delete(paths.secret("ns", "other"))

    assert seen == [("GET", 200), ("DELETE", 404)]


async def test_text_beyond_ascii_arrives_as_it_is(
    client: kube.Client, server: api_server.ApiServer
) -> None:
    """Messages of shoot owners hold any letters."""
    await client.patch(SECRET, {"metadata": {"annotations": {"a": "Größe ✓"}}})

    found = server.get(SECRET)
    assert found is not None
    assert found["metadata"]["annotations"] == {"a": "Größe ✓"}


async def test_watches_take_no_connection_away_from_requests(
    server: api_server.ApiServer,
) -> None:
    """Also with the smallest limit that the configuration allows."""
    path, params = paths.MANAGED_RESOURCES, {"watch": "1", "resourceVersion": "0"}
    async with (
        asyncio.timeout(api_server.DEADLINE),
        kube.Client(
            kube.Connection(server.url), clock=lambda: 0.0, max_connections=1, timeout=5.0
        ) as client,
        contextlib.AsyncExitStack() as watches,
    ):
        for _ in range(client_module.STREAMS):
            stream = client.stream(path, params, accept="application/json", idle=60.0)
            await watches.enter_async_context(stream)

        assert (await client.get(paths.MANAGED_RESOURCES))["kind"] == "List"
