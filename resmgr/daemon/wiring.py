# SPDX-License-Identifier: Apache-2.0
"""The daemon from its start to its end: who is made of whom, in which order (section 1.1).

The kubelet's socket is opened last, when configuration, policy and runtime are known to be right:
whoever gets an answer gets it from a daemon that works.
"""

import asyncio
import logging
import os
import time
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Any

from ..cri.session import Session
from ..effects.carry_out import Executor
from ..effects.exports import Exports
from ..engine import events
from ..model import Container
from ..relay import downstream, router, server, sockets, turn, upstream
from ..runtime import update
from ..runtime.caller import Runtime, RuntimeProblem
from . import begin, reconfigure
from .agentside import adjust, beside, config_service, telling
from .configuring import active
from .configuring.sources import Origin
from .log import dumper
from .log.logs import Logs
from .pages import headline, insight
from .prepare import CannotStart, Chosen, Prepared
from .process import garbage, held, notify, storing, timers
from .records import numbers
from .serving import front, keeper, loads, located, meet, qualify, resync

_LOG = logging.getLogger("resource-manager")

GRACE = 10.0
"""Seconds that calls under way have to end in when the daemon stops."""

_CARRY_OUT = 4.0
"""Seconds for what they left to be carried out; the unit allows 15 for both (TimeoutStopSec)."""

_HOUSEKEEPING = 60.0
"""Seconds between two looks at what waits to be written."""


class Daemon:
    """One daemon; `run` is its whole life."""

    def __init__(
        self,
        prepared: Prepared,
        chosen: Chosen,
        logs: Logs,
        notifier: notify.Notifier,
        kept: held.Held,
    ) -> None:
        """Take what was prepared; nothing is started yet. `kept` is from the process before."""
        self._storing = storing.Storing(notifier, kept)
        self._prepared = prepared
        self._chosen = chosen
        self._options = prepared.options
        self._logs = logs
        self._notifier = notifier
        self._numbers = numbers.Numbers()
        self._numbers.watch_store(prepared.store)
        self._teller = telling.Teller(self._numbers.warnings, prepared.now)
        self._keeper = keeper.Keeper(prepared.store)
        self._background: list[asyncio.Task[None]] = []
        self._timers: list[timers.Every] = []
        self._servers: list[server.Server] = []
        self._insight = insight.Insight(prepared, self._numbers)
        self._session: Session | None = None
        self._reconfigurer: reconfigure.Reconfigurer | None = None
        self._resync: resync.Resync | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Start, serve until `stop` is set, end in order. Raises `CannotStart`."""
        failure: CannotStart | None = None
        async with asyncio.TaskGroup() as group:
            starting = group.create_task(self._started(group), name="start")
            stopping = group.create_task(_wait(stop), name="stop")
            try:
                await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
                if starting.done():
                    failure = starting.result()
                    if failure is None:
                        await stopping
            finally:
                starting.cancel()
                stopping.cancel()
                self._notifier.stopping()
                await self._end()
        if failure is not None:
            raise failure

    def reload(self) -> None:
        """Read the forced configuration again."""
        if self._reconfigurer is None or not self._options.force_config:
            _LOG.info("there is no forced configuration to read again")
            return
        self._notifier.reloading(time.monotonic())
        try:
            self._reconfigurer.from_file(self._options.force_config)
        except config_service.Rejected as error:
            self._teller.warn("ConfigurationRefused", str(error))
        self._notifier.ready(self._status())

    @property
    def ports(self) -> list[int]:
        """The ports of its HTTP pages."""
        return self._insight.ports

    # -- The start ----------------------------------------------------------------------------

    async def _started(self, group: asyncio.TaskGroup) -> CannotStart | None:
        """Start; give what made it impossible."""
        try:
            await self._start(group)
        except CannotStart as error:
            return error
        except (RuntimeProblem, sockets.SocketError) as error:
            return CannotStart(str(error))
        return None

    async def _start(self, group: asyncio.TaskGroup) -> None:
        options = self._options
        loop = asyncio.get_running_loop()
        turns = turn.Turn(loop)
        self._watch_over(loop)
        for warning in self._prepared.warnings:
            _LOG.warning("%s", warning)
        for note in self._prepared.store.notes:
            _LOG.info("%s", note)
        await self._insight.begin()
        runtime = self._connect(group, turns, "runtime", options.runtime_socket)
        images = runtime
        if options.image_socket != options.runtime_socket:
            images = self._connect(group, turns, "images", options.image_socket)
        known, seen = await self._meet(runtime)
        begun = begin.begin(self._prepared, self._chosen, seen)
        session = self._work(group, begun, known)
        reconfigurer = self._configure(begun, session)
        dump = dumper.Dumper(self._prepared.now, self._qualify)
        dump.configure(reconfigurer.current.dump)
        reconfigurer.followers.append(lambda new: dump.configure(new.dump))
        await self._insight.start(begun.engine, reconfigurer)
        shared = downstream.Shared(
            routes=self._routes(session, dump, runtime, images), turns=turns, tasks=group, loop=loop
        )
        await self._serve(shared, runtime)
        if options.config_socket:
            await self._serve_agent(group, turns, session)
        if options.agent_socket:
            for life, name in beside.lives(
                options.agent_socket,
                turns,
                begun.engine,
                reconfigurer.followers,
                lambda: reconfigurer.origin,
                self._teller,
                self._prepared.saved.policy_name,
                self._insight.asks,
            ):
                self._spawn(group, life, name)
        garbage.settle()
        self._notifier.ready(self._status())
        _LOG.info("up and running with policy %s", begun.engine.policy.name)

    def _connect(
        self, group: asyncio.TaskGroup, turns: turn.Turn, name: str, path: str
    ) -> upstream.Upstream | None:
        if not path:
            return None
        there = upstream.Upstream(path, turns, connected=lambda: self._connected(there))
        self._insight.asks[name] = there
        self._spawn(group, there.run(), path)
        return there

    def _connected(self, there: upstream.Upstream) -> None:
        """Give the relay's socket the access rights of the runtime's; see what the runtime has."""
        self._storing.connected(there, time.monotonic_ns())
        self._adopt_access()
        self._synchronise()

    def _synchronise(self) -> None:
        """Learn soon what the runtime has."""
        if self._resync is not None:
            self._resync.want()

    def _adopt_access(self) -> None:
        if self._servers:
            path = self._options.runtime_socket or self._options.image_socket
            self._servers[0].adopt_access(path)

    async def _meet(
        self, there: upstream.Upstream | None
    ) -> tuple[Runtime | None, events.Synchronised]:
        if there is None:
            return None, events.Synchronised((), ())
        self._insight.doing = f"waiting for the runtime at {there.path}"
        self._notifier.status(self._insight.doing)
        found = await meet.meet(
            meet.Caller(there), allow_untested=self._options.allow_untested_runtimes
        )
        self._insight.runtime = found
        saved = self._prepared.saved
        known = resync.known(self._chosen.policy.name, saved.containers.values())
        fetched = await meet.learn(found.runtime, saved.pods.keys(), known)
        return found.runtime, fetched.event

    def _work(self, group: asyncio.TaskGroup, begun: begin.Begun, known: Runtime | None) -> Session:
        """Put the engine to work: whatever it decides is written and carried out from now on."""
        engine = begun.engine
        ledger = engine.ledger
        self._chosen = begun.chosen
        self._numbers.watch_engine(engine)
        files = Exports(Path(self._options.relay_dir))

        async def send(container: Container) -> None:
            if known is not None:
                await update.update(known, container)

        executor = self._prepared.controls.put_to_work(
            Executor(send, ledger.containers.get, files), engine
        )
        self._prepared.controls.begin(begun.chosen.judged.settings)
        heard = self._insight.hear(engine, self._synchronise, self._teller.warn)
        where = located.Located.below(Path(self._options.root or "/"))
        session = Session(engine, self._keeper, executor, heard, where, executor)
        self._session = session
        self._spawn(group, session.run(), "effects")
        session.follow(begun.outcome)
        session.look_again()
        files.keep_only(ledger.containers.keys())
        if known is not None:
            self._resync = resync.Resync(known, session)
            self._spawn(group, self._resync.run(), "synchronisation")
        loop = asyncio.get_running_loop()
        interval, root = self._options.rebalance_interval, self._options.root
        self._timers += loads.timers(loop, root, interval, engine, session.take)
        self._timers.append(timers.Every(loop, _HOUSEKEEPING, self._keep_house))
        return session

    def _configure(self, begun: begin.Begun, session: Session) -> reconfigure.Reconfigurer:
        chosen = begun.chosen
        _LOG.info("using the %s", chosen.source)
        for warning in chosen.judged.warnings:
            _LOG.warning("%s", warning)
        reconfigurer = reconfigure.Reconfigurer(
            active=active.Active(
                chosen.judged, chosen.source.origin, chosen.source.name, self._prepared.now()
            ),
            node=self._prepared,
            engine=begun.engine,
            follow=session.follow,
            keep=self._keeper,
            applied=self._numbers.configurations,
            may_switch=not self._options.disable_policy_switch,
            now=self._prepared.now,
        )
        reconfigurer.remember(self._keeper.history(self._prepared.saved.history))
        reconfigurer.followers += [
            self._prepared.controls.follow,
            lambda _new: session.look_again(),
            lambda new: self._logs.configure(new.logger, new.policy.active),
            lambda _new: self._notifier.status(self._status()),
        ]
        self._logs.configure(reconfigurer.current.logger, reconfigurer.current.policy.active)
        if chosen.source.origin is Origin.NOTHING:
            text = "no initial configuration found, defaults are used: nothing is pinned"
            _LOG.warning("%s; the node agent brings one, or --fallback-config names one", text)
        self._reconfigurer = reconfigurer
        return reconfigurer

    def _routes(
        self,
        session: Session,
        dump: dumper.Dumper,
        runtime: upstream.Upstream | None,
        images: upstream.Upstream | None,
    ) -> router.Router:
        loop = asyncio.get_running_loop()
        gate = front.Front(session, dump, self._numbers.completed, self._numbers.latency, loop)
        handlers = gate.handlers() if runtime is not None else {}
        return router.for_cri(runtime, images, handlers=handlers, observers={}, watch=gate.watch)

    # -- What is served -----------------------------------------------------------------------

    async def _serve(self, shared: downstream.Shared, runtime: upstream.Upstream | None) -> None:
        made = server.Server(self._options.relay_socket, shared)
        self._numbers.watch_sockets(
            lambda: made.connections, lambda: runtime is None or runtime.connected
        )
        await self._storing.serve(made, shared.loop)
        self._servers.append(made)
        self._insight.serves["relay"] = made
        self._adopt_access()

    async def _serve_agent(
        self, group: asyncio.TaskGroup, turns: turn.Turn, session: Session
    ) -> None:
        take = adjust.make(session.engine, session.follow)
        service = config_service.ConfigService(self._take_configuration, take, os.getuid())
        shared = downstream.Shared(
            routes=router.for_service(config_service.SERVICE, service.handlers()),
            turns=turns,
            tasks=group,
            loop=asyncio.get_running_loop(),
        )
        path = self._options.config_socket
        made = server.Server(path, shared)
        await made.start(sockets.listen(path, mode=config_service.SOCKET_MODE))
        self._servers.append(made)
        self._insight.serves["configuration"] = made

    async def _take_configuration(self, data: Mapping[str, str]) -> None:
        """Take a configuration of the node agent. Raises `Rejected`."""
        assert self._reconfigurer is not None  # noqa: S101 - it is served later than this is made
        self._reconfigurer.from_agent(data)
        if self._session is not None and self._prepared.controls.strict:
            await self._session.settled()
            if failure := self._prepared.controls.failure():
                # It counts, but the next start begins with the one before (section 6.7).
                raise self._reconfigurer.fell_short(failure)
        if data:
            self._reconfigurer.keep(data)
        await self._insight.settled()

    # -- While it runs, and its end -----------------------------------------------------------

    def _watch_over(self, loop: asyncio.AbstractEventLoop) -> None:
        period = self._notifier.watchdog_period
        self._timers.append(timers.Every(loop, period, self._notifier.alive))

    def _keep_house(self) -> None:
        self._keeper.flush()
        if self._notifier.asked:
            self._notifier.status(self._status())
        # It waits for the disk, so it is done in a thread; its end is of no interest.
        loop = asyncio.get_running_loop()
        loop.run_in_executor(None, self._prepared.store.checkpoint)

    def _spawn(self, group: asyncio.TaskGroup, life: Coroutine[Any, Any, None], name: str) -> None:
        self._background.append(group.create_task(life, name=name))

    def _qualify(self, method: str, request: bytes) -> str:
        if self._session is None:
            return ""
        ledger = self._session.engine.ledger
        return qualify.about(method, request, ledger.pods.get, ledger.find)

    def _status(self) -> str:
        if self._session is None or self._reconfigurer is None:
            return "starting"
        known = self._reconfigurer
        return headline.line(self._session.engine, known.active, known.refused)

    async def _end(self) -> None:
        """Stop in the order in which nothing is lost: callers first, the runtime last."""
        for timer in self._timers:
            timer.stop()
        async with asyncio.TaskGroup() as group:
            for number, one in enumerate(self._servers):
                leave = number == 0 and self._storing.stays
                group.create_task(one.stop(GRACE, leave=leave), name=one.path)
        self._storing.ended()
        await self._insight.stop()
        if self._session is not None:
            try:
                async with asyncio.timeout(_CARRY_OUT):
                    await self._session.settled()
            except TimeoutError:
                _LOG.warning("not everything that was decided could be carried out in time")
        for task in self._background:
            task.cancel()
        # Nobody tells whether it comes back; one that does has them as it wants at once.
        self._prepared.controls.end()
        _LOG.info("stopped")


async def _wait(stop: asyncio.Event) -> None:
    await stop.wait()
