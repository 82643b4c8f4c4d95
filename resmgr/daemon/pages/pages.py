# SPDX-License-Identifier: Apache-2.0
"""The daemon's HTTP pages: /metrics, /introspect, and what leads to them (section 12.1)."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from ..configuring.settings import Instrumentation
from ..records import metrics
from . import http

_LOG = logging.getLogger("http")

_INDEX = b"""<!DOCTYPE html>
<html lang="en"><head><title>cri-resmgr</title></head><body>
<p>No builtin or external visualization UIs found.</p>
<ul><li><a href="/introspect">/introspect</a></li><li><a href="/metrics">/metrics</a></li></ul>
</body></html>
"""


Expose = Callable[[], Awaitable[bytes]]
"""Gives the page of metrics."""


class Pages:
    """Serves what the configuration asks for; nothing until it asks for something."""

    def __init__(
        self,
        expose: Expose,
        introspect: Callable[[], http.Page],
        *,
        ui: bool,
    ) -> None:
        """Take what gives the metrics and the introspection; `ui`: lead people to them."""
        self._expose = expose
        self._introspect = introspect
        self._ui = ui
        self._server = http.Server({})
        self._snapshot: bytes | None = None
        self._taking: asyncio.Task[None] | None = None
        self._endpoint = ""
        self._moving: asyncio.Task[None] | None = None

    def follow(self, wanted: Instrumentation) -> None:
        """Serve as the module `instrumentation` says, soon; what fails is logged only."""
        pages: dict[str, http.Make] = {"/introspect": lambda _: self._introspect()}
        if wanted.prometheus_export:
            pages["/metrics"] = self._metrics
        if self._ui:
            pages["/ui/index.html"] = lambda _: http.Page(_INDEX, "text/html; charset=utf-8")
            pages["*"] = lambda _: http.Page(status=302, headers={"Location": "/ui/index.html"})
        self._server.pages = pages
        self._endpoint = wanted.http_endpoint
        if self._moving is None or self._moving.done():
            self._moving = asyncio.get_running_loop().create_task(self._move(), name="pages")

    async def settled(self) -> None:
        """Wait until they are served where they should be, or it is known that they cannot be."""
        if self._moving is not None:
            await asyncio.wait({self._moving})

    async def _move(self) -> None:
        """Serve where it is wanted by now; there is one such task at a time."""
        tried = None
        while tried != self._endpoint:
            tried = self._endpoint
            try:
                await self._server.serve(tried)
            except http.CannotServe as error:
                _LOG.error("%s", error)

    async def stop(self) -> None:
        """Serve no more."""
        for task in (self._taking, self._moving):
            if task is not None:
                task.cancel()
        await self._server.stop()

    def take_snapshot(self) -> None:
        """Begin to read all metrics, if they are served, unless they are just being read.

        What is read is what /metrics shows until the next time.
        """
        busy = self._taking is not None and not self._taking.done()
        if "/metrics" in self._server.pages and self._server.endpoint and not busy:
            self._taking = asyncio.get_running_loop().create_task(self._take(), name="metrics")

    async def _take(self) -> None:
        self._snapshot = await self._expose()

    async def _metrics(self, _query: http.Query) -> http.Page:
        body = await self._expose() if self._snapshot is None else self._snapshot
        return http.Page(body, metrics.CONTENT_TYPE)

    @property
    def ports(self) -> list[int]:
        """The ports that are listened at."""
        return self._server.ports
