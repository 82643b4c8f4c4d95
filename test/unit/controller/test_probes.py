# SPDX-License-Identifier: Apache-2.0
"""Probes tell the truth."""

import asyncio
import contextlib

import aiohttp
import pytest
from unit.controller import virtual_time

from controller import kube, probes

LOOPBACK = probes.Address("127.0.0.1", 0)


async def fine() -> str | None:
    """Find nothing wrong."""
    return None


async def bad() -> str | None:
    """Find something wrong."""
    return "it is broken"


async def get(port: int, path: str) -> tuple[int, str]:
    """Ask for a page on loopback."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}{path}") as response,
    ):
        return response.status, await response.text()


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (":8080", probes.Address("", 8080)),
        ("127.0.0.1:81", probes.Address("127.0.0.1", 81)),
        ("[::1]:81", probes.Address("::1", 81)),
        ("example.org:0", probes.Address("example.org", 0)),
        ("0", None),
        ("", None),
    ],
)
def test_addresses(text: str, address: probes.Address | None) -> None:
    """Addresses are written as controller-runtime takes them; 0 means off."""
    assert probes.parse_address(text) == address


@pytest.mark.parametrize("text", ["8080", ":", ":http", ":99999", "::1:80", "[::1:80", "a]:1"])
def test_wrong_addresses(text: str) -> None:
    """Other texts are refused with what would be right."""
    with pytest.raises(ValueError, match="write :PORT, HOST:PORT, or 0"):
        probes.parse_address(text)


async def test_all_fine() -> None:
    """With nothing wrong both pages say so and name the checks."""
    app = probes.health_app(healthz={"loops": fine}, readyz={"api": fine, "caches": fine})
    async with probes.serve(app, LOOPBACK) as port:
        assert await get(port, "/healthz") == (200, "[+]loops ok\nok\n")
        assert await get(port, "/readyz") == (200, "[+]api ok\n[+]caches ok\nok\n")


async def test_one_bad_check() -> None:
    """One bad check makes its page, and only that one, fail and is named."""
    app = probes.health_app(healthz={"loops": fine}, readyz={"api": bad, "caches": fine})
    async with probes.serve(app, LOOPBACK) as port:
        status, text = await get(port, "/readyz")

        assert status == 503
        assert text == "[-]api: it is broken\n[+]caches ok\nnot ok\n"
        assert (await get(port, "/healthz"))[0] == 200


async def test_check_that_breaks() -> None:
    """A check that raises has failed; the probe still gets its answer."""

    async def raises() -> str | None:
        raise LookupError("no such thing")

    app = probes.health_app(healthz={"loops": raises}, readyz={})
    async with probes.serve(app, LOOPBACK) as port:
        assert await get(port, "/healthz") == (
            503,
            "[-]loops: LookupError: no such thing\nnot ok\n",
        )


async def test_metrics_page() -> None:
    """The metrics page has body and content type as they were given."""
    app = probes.metrics_app(lambda: (b"a 1\n", "text/plain; version=0.0.4"))
    async with probes.serve(app, LOOPBACK) as port:
        assert await get(port, "/metrics") == (200, "a 1\n")


async def test_taken_port() -> None:
    """A port that is taken is an error at start."""
    app = probes.health_app(healthz={}, readyz={})
    async with probes.serve(app, LOOPBACK) as port:
        other = probes.health_app(healthz={}, readyz={})
        with pytest.raises(OSError, match="address already in use"):
            async with probes.serve(other, probes.Address("127.0.0.1", port)):
                pass


async def test_unreachable_server() -> None:
    """A server that nobody answers for is not ready."""
    async with probes.serve(probes.metrics_app(lambda: (b"", "text/plain")), LOOPBACK) as port:
        pass
    connection = kube.Connection(f"http://127.0.0.1:{port}")
    async with kube.Client(connection, clock=lambda: 0.0) as client:
        check = probes.Reachable(client.ready, lambda: 0.0)

        assert await check() == "the API server cannot be reached or is not ready"


def test_answers_are_remembered() -> None:
    """The API server is asked once in some seconds, however often the probe comes."""

    async def main() -> tuple[int, int]:
        asked = 0

        async def ready() -> bool:
            nonlocal asked
            asked += 1
            return True

        check = probes.Reachable(ready, virtual_time.clocks().seconds)
        for _ in range(10):
            await check()
        before = asked
        await asyncio.sleep(probes.REMEMBERED + 1)
        await check()
        return before, asked

    assert virtual_time.run(main()) == (1, 2)


def test_server_that_hangs() -> None:
    """A server that does not answer in time is not ready, and the probe does not hang with it."""

    async def main() -> tuple[str | None, float]:
        clocks = virtual_time.clocks()

        async def ready() -> bool:
            await asyncio.sleep(3600)
            return True

        return await probes.Reachable(ready, clocks.seconds)(), clocks.seconds()

    problem, took = virtual_time.run(main())
    assert problem is not None
    assert took == probes.CHECK_TIMEOUT


def test_work_that_does_not_end() -> None:
    """Work beyond its limit is named, and forgotten once it ends, even by an error."""

    async def main() -> tuple[str | None, str | None]:
        dog = probes.Watchdog(virtual_time.clocks().seconds)
        with contextlib.suppress(LookupError), dog.limit("reconcile a/b", 60):
            await asyncio.sleep(61)
            during = await dog()
            raise LookupError
        return during, await dog()

    assert virtual_time.run(main()) == ("reconcile a/b does not end", None)
