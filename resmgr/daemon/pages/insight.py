# SPDX-License-Identifier: Apache-2.0
"""What people and tools may see of the daemon while it runs, and where it is served.

The daemon's own socket shows all of it, from the start on; an address of the network, where one is
configured, what the original shows there.
"""

import asyncio
import math
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ... import version
from ...engine.engine import Engine
from ...model import Container
from ...relay import server, upstream
from ...runtime.version import Found
from .. import reconfigure
from ..prepare import Prepared
from ..process import timers
from ..records import decisions, gather, metrics, series, witness
from ..records.numbers import Numbers
from ..serving import listener
from . import find, http, local, pages, show

if TYPE_CHECKING:
    from . import status


class Insight:
    """The daemon's pages; `begin` before anything is known, `start` once all is, then `stop`."""

    def __init__(self, prepared: Prepared, numbers: Numbers) -> None:
        """Take what is known from the start on."""
        self.decisions = decisions.Decisions(prepared.now)
        self.runtime: Found | None = None
        """The runtime as it has named itself."""
        self.doing = "starting"
        self.serves: dict[str, server.Server] = {}
        """The daemon's own sockets by what they are for, and those that it asks."""
        self.asks: dict[str, upstream.Upstream] = {}
        self._prepared = prepared
        self._numbers = numbers
        self._timers: list[timers.Every] = []
        self._pages: pages.Pages | None = None
        self._local = local.Local(prepared.options.introspection_socket, local.users())
        self._since = prepared.now()
        self._heard: witness.Witness | None = None

    async def begin(self) -> None:
        """Serve what there is to say before all is known."""
        self._local.show({"/status": self._starting, "*": self._not_yet})
        await self._local.start()

    def hear(
        self, engine: Engine, stranger: Callable[[], None], warn: Callable[[str, str, str], None]
    ) -> witness.Witness:
        """Give who is to be told of troubles and decisions; `stranger`, `warn` as of `Listener`."""
        prepared, counted = self._prepared, series.decisions()
        self._numbers.add(counted)

        def title(cache_id: str) -> str:
            return show.title(engine, cache_id)

        def named(container: Container) -> str:
            return find.title(container, engine.ledger.pods.get(container.pod_id))

        self._heard = witness.Witness(
            listener.Listener(self._numbers.troubles, title, stranger, warn, named=named),
            self.decisions,
            counted,
            policy=lambda: engine.policy.name,
            title=title,
            named=named,
            now=prepared.now,
        )
        return self._heard

    async def start(self, engine: Engine, source: reconfigure.Reconfigurer) -> None:
        """Serve everything, and pages where the configuration wants them whenever it changes."""
        options, numbers = self._prepared.options, self._numbers
        numbers.add(*series.families(engine))
        expose = gather.make(numbers, options, engine).page
        made = self._pages = pages.Pages(
            expose,
            lambda: show.page(engine, self._prepared.machine),
            ui=not options.disable_ui,
        )
        self._local.show(self._all(engine, source, expose))
        source.followers.append(lambda new: made.follow(new.instrumentation))
        made.follow(source.current.instrumentation)
        await made.settled()
        if interval := options.metrics_interval:
            made.take_snapshot()
            loop = asyncio.get_running_loop()
            self._timers.append(timers.Every(loop, interval, made.take_snapshot))

    async def settled(self) -> None:
        """Wait until pages are served where they should be, or it is known that they cannot be."""
        if self._pages is not None:
            await self._pages.settled()

    async def stop(self) -> None:
        """Serve no more."""
        for timer in self._timers:
            timer.stop()
        await self._local.stop()
        if self._pages is not None:
            await self._pages.stop()

    @property
    def ports(self) -> list[int]:
        """The ports of its HTTP pages."""
        return self._pages.ports if self._pages is not None else []

    def _all(
        self,
        engine: Engine,
        source: reconfigure.Reconfigurer,
        expose: pages.Expose,
    ) -> http.Pages:
        prepared = self._prepared
        layers = prepared.sources()

        async def exposed(_query: http.Query) -> http.Page:
            return http.Page(await expose(), metrics.CONTENT_TYPE)

        def how(_query: http.Query) -> http.Page:
            return http.json_page(self._status(engine, source))

        def configured(query: http.Query) -> http.Page:
            from . import configpage  # noqa: PLC0415 - as above

            return configpage.page(
                source.active, source.refused, layers, query, source.history.document()
            )

        def why(query: http.Query) -> http.Page:
            from . import explained  # noqa: PLC0415 - as above

            return explained.page(engine, self.decisions, query)

        return {
            "/introspect": lambda _: show.page(engine, prepared.machine),
            "/metrics": exposed,
            "/status": how,
            "/config": configured,
            "/explain": why,
            "/decisions": self._decided,
            "/": lambda _: http.json_page({"pages": sorted(PATHS)}),
        }

    def _status(self, engine: Engine, source: reconfigure.Reconfigurer) -> dict[str, Any]:
        from . import status  # noqa: PLC0415 - most daemons are never asked

        own = {"introspection": status.Socket(self._local.path, self._local.listens)}
        serves = {
            name: status.Socket(one.path, one.descriptor is not None, one.connections)
            for name, one in self.serves.items()
        }
        asks = {name: status.Socket(one.path, one.connected) for name, one in self.asks.items()}
        counters = self._prepared.store.counters
        return status.document(
            status.Facts(
                process=self._process(),
                engine=engine,
                machine=self._prepared.machine,
                active=source.active,
                refused=source.refused,
                failures=self._heard.failures if self._heard else witness.Failures(),
                store=status.Store(counters.pending, counters.failures),
                controllers=self._prepared.controls.roster,
                runtime=self.runtime,
                serves={**serves, **own},
                asks=asks,
            )
        )

    def _process(self) -> "status.Process":
        from . import status  # noqa: PLC0415 - as above

        return status.Process(version.current(), os.getpid(), self._since)

    def _starting(self, _query: http.Query) -> http.Page:
        from . import status  # noqa: PLC0415 - as above

        return http.json_page(status.starting(self._process(), self.doing))

    def _not_yet(self, _query: http.Query) -> http.Page:
        return http.json_page({"error": f"the daemon is {self.doing}"}, 503)

    async def _decided(self, query: http.Query) -> http.Page:
        try:
            since, wait = int(query.get("since", "0")), float(query.get("wait", "0"))
        except ValueError:
            return http.json_page({"error": "since and wait are numbers"}, 400)
        if wait > 0 and math.isfinite(wait):
            await self.decisions.after(since, min(wait, local.LONGEST_WAIT))
        return http.json_page(self.decisions.document(since))


PATHS = ("/config", "/decisions", "/explain", "/introspect", "/metrics", "/status")
"""What the daemon's own socket has."""
