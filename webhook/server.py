# SPDX-License-Identifier: Apache-2.0
"""The HTTPS server: pages to their judges, and what probes ask.

Reviews come at `/` and at every path that is none of the others, as with the original; the status
is 200 whatever is asked, since the verdict stands in the body. Nothing of an object is logged.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable

from aiohttp import web

from . import certificate, configmap, metrics, pods, review

CONFIG_MAPS = "/configmaps"
"""Where ConfigMaps are judged."""

MAX_BYTES = 8 * 1024 * 1024
"""Of a review; an API server takes objects of at most 3 MiB, and an update has two of them."""

REFRESH = 10.0
"""Seconds between two looks at the certificate's files."""

_CONTENT_TYPE = "application/json"
_LOG = logging.getLogger("webhook")

_Handler = Callable[[web.Request], Awaitable[web.Response]]


def app(known: metrics.Metrics, certificates: certificate.Certificate) -> web.Application:
    """Build the application."""
    made = web.Application(client_max_size=MAX_BYTES)

    async def healthz(_: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def readyz(_: web.Request) -> web.Response:
        # A pair that cannot be used is told and no more: the one before serves on.
        return web.Response(text=f"{certificates.problem or 'ok'}\n")

    async def exposed(_: web.Request) -> web.Response:
        body, content_type = known.expose()
        return web.Response(body=body, headers={"Content-Type": content_type})

    made.router.add_get("/healthz", healthz)
    made.router.add_get("/readyz", readyz)
    made.router.add_get("/metrics", exposed)
    of_maps = review.of_core("configmaps", configmap.judge)
    made.router.add_route("*", CONFIG_MAPS, _page("configmaps", of_maps, known))
    of_pods = review.of_core("pods", pods.judge)
    made.router.add_route("*", "/{rest:.*}", _page("pods", of_pods, known))
    return made


@contextlib.asynccontextmanager
async def serve(port: int, files: certificate.Files) -> AsyncIterator[int]:
    """Serve at all addresses, and follow the certificate; gives the port.

    Raises `certificate.CannotUse`, and `OSError` when the port is taken.
    """
    known = metrics.Metrics()
    certificates = certificate.Certificate(files)
    runner = web.AppRunner(app(known, certificates), access_log=None, shutdown_timeout=5.0)
    await runner.setup()
    follower = _Follower(certificates, known)
    try:
        site = web.TCPSite(runner, None, port, ssl_context=certificates.context)
        await site.start()
        follower.start()
        # Any free port is another one for IPv4 and IPv6; an address of IPv4 is the shorter one.
        yield int(min(runner.addresses, key=len)[1])
    finally:
        follower.stop()
        await runner.cleanup()


class _Follower:
    """Looks at the certificate's files from time to time."""

    def __init__(self, certificates: certificate.Certificate, known: metrics.Metrics) -> None:
        self._certificates = certificates
        self._known = known
        self._told = ""
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Look in a while, and then again and again."""
        self._timer = asyncio.get_running_loop().call_later(REFRESH, self._look)

    def stop(self) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        if self._certificates.refresh():
            self._known.certificates.inc()
            _LOG.info("the certificate has been renewed")
        problem = self._certificates.problem
        if problem and problem != self._told:
            _LOG.error("%s; the one before stays in use", problem)
        self._told = problem
        self.start()


def _page(name: str, judge: review.Judge, known: metrics.Metrics) -> _Handler:
    async def page(request: web.Request) -> web.Response:
        if request.content_type != _CONTENT_TYPE:
            _LOG.error("incorrect Content-Type, want %s", _CONTENT_TYPE)
            return web.Response()
        answer, verdict = review.answer(await request.read(), judge)
        known.reviews.labels(name, "allowed" if verdict.allowed else "refused").inc()
        known.warnings.labels(name).inc(len(verdict.warnings))
        uid = answer["response"]["uid"]
        if not verdict.allowed:
            _LOG.warning("%s: review %s refused: %s", name, uid or "-", verdict.message)
        text = json.dumps(answer, separators=(",", ":"), ensure_ascii=False)
        return web.Response(text=text, content_type=_CONTENT_TYPE)

    return page
