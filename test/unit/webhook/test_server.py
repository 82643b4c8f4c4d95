# SPDX-License-Identifier: Apache-2.0
"""The webhook answers over TLS, with the certificate of the time."""

import contextlib
import io
import pathlib
import ssl
from collections.abc import AsyncIterator

import aiohttp
import pytest
from unit.webhook import conftest, requests

from webhook import server

HOST = "cri-resmgr-webhook.cri-resmgr.svc"
JSON = {"Content-Type": "application/json"}


@contextlib.asynccontextmanager
async def client(
    folder: pathlib.Path, pair: dict[str, bytes]
) -> AsyncIterator[aiohttp.ClientSession]:
    """Give a client of a server that trusts the pair's authority and nobody else."""
    trust = ssl.create_default_context(cadata=pair["ca.crt"].decode())
    trust.check_hostname = False
    async with (
        server.serve(0, conftest.store(folder, pair)) as port,
        aiohttp.ClientSession(
            f"https://127.0.0.1:{port}",
            connector=aiohttp.TCPConnector(ssl=trust, force_close=True),
        ) as session,
    ):
        yield session


async def test_a_pod_is_annotated(tmp_path: pathlib.Path, pair: dict[str, bytes]) -> None:
    """At whatever path, as JSON."""
    body = requests.review(requests.pod(requests.container("c")))
    async with (
        client(tmp_path, pair) as session,
        session.post("/mutate", data=body, headers=JSON) as response,
    ):
        answer = await response.json()

    assert answer["response"]["patchType"] == "JSONPatch"


async def test_a_config_map_is_judged(tmp_path: pathlib.Path, pair: dict[str, bytes]) -> None:
    """At its own page."""
    given = requests.config_map("cri-resmgr-config.default", polcy="{}")
    body = requests.review(given, requests.CONFIG_MAPS)
    async with (
        client(tmp_path, pair) as session,
        session.post(server.CONFIG_MAPS, data=body, headers=JSON) as response,
    ):
        answer = await response.json()

    assert answer["response"]["allowed"] is False


async def test_another_content_type_has_an_empty_answer(
    tmp_path: pathlib.Path, pair: dict[str, bytes]
) -> None:
    """With status 200, as the original."""
    async with client(tmp_path, pair) as session, session.post("/", data="x") as response:
        status, body = response.status, await response.read()

    assert (status, body) == (200, b"")


async def test_a_probe_of_the_original_form_is_answered(
    tmp_path: pathlib.Path, pair: dict[str, bytes]
) -> None:
    """GET without a body."""
    async with client(tmp_path, pair) as session, session.get("/", headers=JSON) as response:
        status, answer = response.status, await response.json()

    assert (status, answer["response"]["allowed"]) == (200, False)


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_probes_are_answered(
    tmp_path: pathlib.Path, pair: dict[str, bytes], path: str
) -> None:
    """Without a word about objects."""
    async with client(tmp_path, pair) as session, session.get(path) as response:
        status, body = response.status, await response.text()

    assert (status, body) == (200, "ok\n")


async def test_reviews_are_counted(tmp_path: pathlib.Path, pair: dict[str, bytes]) -> None:
    """By page and verdict."""
    body = requests.review(requests.pod())
    async with client(tmp_path, pair) as session:
        async with session.post("/", data=body, headers=JSON):
            pass
        async with session.get("/metrics") as response:
            page = await response.text()

    assert 'cri_resmgr_webhook_reviews_total{page="pods",verdict="allowed"} 1.0' in page


async def test_a_review_that_is_too_long_is_refused(
    tmp_path: pathlib.Path, pair: dict[str, bytes]
) -> None:
    """No API server sends one."""
    body = io.BytesIO(b" " * (server.MAX_BYTES + 1))
    async with (
        client(tmp_path, pair) as session,
        session.post("/", data=body, headers=JSON) as response,
    ):
        status = response.status

    assert status == 413


async def test_nothing_of_a_pod_is_logged(
    tmp_path: pathlib.Path, pair: dict[str, bytes], caplog: pytest.LogCaptureFixture
) -> None:
    """There are secrets in the environment of containers."""
    secret = requests.container("c", limits={"cpu": "much"})
    secret["env"] = [{"name": "TOKEN", "value": "hunter2"}]
    body = requests.review(requests.pod(secret))
    async with client(tmp_path, pair) as session, session.post("/", data=body, headers=JSON):
        pass

    assert "refused" in caplog.text
    assert "hunter2" not in caplog.text
