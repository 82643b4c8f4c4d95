# SPDX-License-Identifier: Apache-2.0
"""The pages `/healthz`, `/readyz` and `/metrics`, and honest answers to them.

Ready: the API server can be reached and everything has been listed. Healthy: the loops make
progress. The pages are served by the same event loop that does the work, so when that hangs, no
answer comes at all and the probe fails by its timeout (Gardener contract, sections 5.4 and 5.6).
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web

Check = Callable[[], Awaitable[str | None]]
"""Gives what is wrong, in words, or `None`."""

CHECK_TIMEOUT = 3.0
"""Seconds for one check; probes themselves are given some seconds by the chart."""

REMEMBERED = 5.0
"""Seconds for which an answer of the API server counts, so that probes cost it little."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen; an empty host means all interfaces, port 0 any free port."""

    host: str
    port: int


def parse_address(text: str) -> Address | None:
    """Read `:8080`, `host:8080` or `[::1]:8080`; `0` or nothing means off, `None`.

    Raises `ValueError`.
    """
    if text in {"", "0"}:
        return None
    host, colon, port = text.rpartition(":")
    bare = host.removeprefix("[").removesuffix("]")
    bracketed = host != bare
    valid = colon and port.isascii() and port.isdigit() and int(port) < 1 << 16
    if not valid or (":" in bare and not bracketed) or (bracketed and host != f"[{bare}]"):
        message = f"cannot listen on {text!r}: write :PORT, HOST:PORT, or 0 to switch it off"
        raise ValueError(message)
    return Address(bare, int(port))


class Reachable:
    """A check that asks the API server whether it is ready, at most every few seconds."""

    def __init__(self, ready: Callable[[], Awaitable[bool]], clock: Callable[[], float]) -> None:
        self._ready = ready
        self._clock = clock
        self._asked_at = float("-inf")
        self._answer = False
        self._lock = asyncio.Lock()

    async def __call__(self) -> str | None:
        """Give what is wrong."""
        async with self._lock:
            if self._clock() - self._asked_at > REMEMBERED:
                self._answer = False
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(CHECK_TIMEOUT):
                        self._answer = await self._ready()
                self._asked_at = self._clock()
        return None if self._answer else "the API server cannot be reached or is not ready"


class Watchdog:
    """A check that what is begun ends."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._running: dict[object, tuple[str, float]] = {}

    @contextlib.contextmanager
    def limit(self, name: str, seconds: float) -> Iterator[None]:
        """Expect that what is done inside ends within some seconds."""
        token = object()
        self._running[token] = (name, self._clock() + seconds)
        try:
            yield
        finally:
            del self._running[token]

    async def __call__(self) -> str | None:
        """Give what is wrong."""
        now = self._clock()
        stuck = [f"{name} does not end" for name, until in self._running.values() if now > until]
        return "; ".join(sorted(stuck)) or None


def callback(problem: Callable[[], str | None]) -> Check:
    """Make a check of a plain function."""

    async def check() -> str | None:
        return problem()

    return check


def health_app(*, healthz: Mapping[str, Check], readyz: Mapping[str, Check]) -> web.Application:
    """Build the application with `/healthz` and `/readyz`; each lists its checks by name."""
    app = web.Application()
    app.router.add_get("/healthz", _page(healthz))
    app.router.add_get("/readyz", _page(readyz))
    return app


def metrics_app(expose: Callable[[], tuple[bytes, str]]) -> web.Application:
    """Build the application with `/metrics`; `expose` gives body and content type."""

    async def page(_: web.Request) -> web.Response:
        body, content_type = expose()
        return web.Response(body=body, headers={"Content-Type": content_type})

    app = web.Application()
    app.router.add_get("/metrics", page)
    return app


@contextlib.asynccontextmanager
async def serve(app: web.Application, address: Address) -> AsyncIterator[int]:
    """Serve an application; gives the port. Raises `OSError` when the address is taken."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, address.host or None, address.port)
        await site.start()
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


def _page(checks: Mapping[str, Check]) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def page(_: web.Request) -> web.Response:
        problems = await asyncio.gather(*(_run(check) for check in checks.values()))
        lines = [
            f"[-]{name}: {problem}" if problem else f"[+]{name} ok"
            for name, problem in zip(checks, problems, strict=True)
        ]
        bad = any(problems)
        lines.append("not ok" if bad else "ok")
        status = HTTPStatus.SERVICE_UNAVAILABLE if bad else HTTPStatus.OK
        return web.Response(text="\n".join(lines) + "\n", status=status)

    return page


async def _run(check: Check) -> str | None:
    """Run one check; one that hangs or breaks has failed."""
    try:
        async with asyncio.timeout(CHECK_TIMEOUT + 1.0):
            return await check()
    except TimeoutError:
        return "no answer in time"
    except Exception as error:  # noqa: BLE001 - a probe must get an answer
        return f"{type(error).__name__}: {error}"
