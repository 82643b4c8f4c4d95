# SPDX-License-Identifier: Apache-2.0
"""Sends configurations and Adjustments to the daemon, each in its own time.

One that waits for its next try does not hold the other one up, and loses nothing to it.
"""

import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, Final, Protocol

from resmgr.agentapi import agent_pb2, services
from resmgr.protobuf import reading
from resmgr.wire.grpc import codes
from resmgr.wire.grpc.statuses import CallError

from . import bell
from .core import book, delivery, layers
from .core.announcements import Announcement

_LOG = logging.getLogger("agent")

TIMEOUT: Final = 5.0
"""Seconds that the daemon has for an answer (node agent contract, 2.3)."""


LONGEST: Final = 1024 * 1024
"""Characters of all Adjustments of a node: the daemon takes no more."""


class Caller(Protocol):
    """Calls the daemon."""

    async def call(self, path: str, message: bytes, timeout: float, /) -> bytes:
        """Give the answer. Raises `CallError`."""


class Pusher:
    """See the module; `clock` gives the loop's seconds, `chance` numbers from 0 to 1."""

    def __init__(
        self,
        facts: book.Book,
        daemon: Caller,
        rung: bell.Bell,
        announce: Callable[[Announcement], None],
        *,
        clock: Callable[[], float],
        chance: Callable[[], float],
    ) -> None:
        """Send nothing yet."""
        self._book = facts
        self._daemon = daemon
        self._bell = rung
        self._announce = announce
        self._clock = clock
        self._chance = chance
        self._failing: dict[str, str] = {}
        self._has_told = False
        self.configured: Counter[str] = Counter()
        self.adjusted: Counter[str] = Counter()
        """How often, by result: `taken`, `refused`, `unreached`."""

    async def configurations(self) -> None:
        """Send configurations when they are due, for ever."""
        await self._drive(lambda: self._book.configuration, self._configure)

    async def adjustments(self) -> None:
        """Send Adjustments when they are due, for ever."""
        await self._drive(lambda: self._book.selection, self._adjust)

    async def _drive(
        self, look: Callable[[], delivery.Delivery[Any]], send: Callable[[], Awaitable[None]]
    ) -> None:
        ear = self._bell.listener(self._clock)
        while True:
            await ear.wait(look().due)
            if look().ready(self._clock()):
                await send()
                self._bell.ring()

    async def _configure(self) -> None:
        facts = self._book
        facts.configuration = facts.configuration.begin()
        sent = facts.configuration.sending
        what = _named(facts.choice) if isinstance(sent, layers.Take) else "that there is none"
        request = agent_pb2.SetConfigRequest(node_name=facts.names.node)
        if isinstance(sent, layers.Take):
            request.config.update(sent.data)
        try:
            answer = await self._call("SetConfig", request.SerializeToString())
            error = reading.read(agent_pb2.SetConfigReply, answer).error
        except (CallError, reading.Unreadable) as failure:
            if not _final(failure):
                self.configured["unreached"] += 1
                self._fails("configuration", f" ({what}): {failure}")
                facts.not_configured(str(failure), self._clock(), self._chance())
                return
            error = str(failure)
        self.configured["refused" if error else "taken"] += 1
        facts.configured(error, self._clock())
        self._failing.pop("configuration", None)
        if error:
            _LOG.error("the daemon refused the configuration (%s): %s", what, error)
            self._announce(Announcement("ConfigurationRefused", f"{what}: {error}"))
        else:
            _LOG.info("the daemon took the configuration (%s)", what)
            # What an agent tells first in its life is what was there before it, as a rule.
            if self._has_told:
                text = f"the daemon took {what}"
                self._announce(Announcement("ConfigurationApplied", text, warning=False))
        self._has_told = True

    async def _adjust(self) -> None:
        facts = self._book
        facts.selection = facts.selection.begin()
        sent = facts.selection.sending
        assert sent is not None  # noqa: S101 - something is wanted before it is due
        try:
            errors = await self._adjusted(sent.text())
        except (CallError, reading.Unreadable) as failure:
            if not _final(failure):
                self.adjusted["unreached"] += 1
                self._fails("Adjustments", f": {failure}")
                facts.not_adjusted(str(failure), self._clock(), self._chance())
                return
            errors = {"request": str(failure)}
        self.adjusted["refused" if errors else "taken"] += 1
        facts.adjusted_with(errors, self._clock())
        self._failing.pop("Adjustments", None)
        for name, text in sorted(errors.items()):
            _LOG.error("the daemon refused the Adjustments: %s: %s", name, text)
        if errors:
            listed = "; ".join(f"{name}: {text}" for name, text in sorted(errors.items()))
            self._announce(Announcement("AdjustmentsRefused", listed))
        else:
            _LOG.info("the daemon took %d Adjustments", len(sent.specs))

    async def _adjusted(self, text: str) -> dict[str, str]:
        """Give what is wrong. Raises `CallError`, `reading.Unreadable`."""
        if len(text) > LONGEST:
            # One who makes them without end shall not keep daemon and agent busy with them.
            why = f"the Adjustments of this node are longer than {LONGEST // 1024} KiB together"
            return {"request": f"{why}; what was before stays"}
        node = self._book.names.node
        request = agent_pb2.SetAdjustmentRequest(node_name=node, adjustment=text)
        answer = await self._call("SetAdjustment", request.SerializeToString())
        return dict(reading.read(agent_pb2.SetAdjustmentReply, answer).errors)

    def _fails(self, what: str, why: str) -> None:
        """Write why something fails once, however often it is tried."""
        level = logging.DEBUG if self._failing.get(what) == why else logging.WARNING
        _LOG.log(level, "cannot tell the daemon the %s%s; it is tried again", what, why)
        self._failing[what] = why

    async def _call(self, method: str, message: bytes) -> bytes:
        return await self._daemon.call(f"/{services.CONFIG}/{method}", message, TIMEOUT)


def _final(failure: CallError | reading.Unreadable) -> bool:
    """Tell whether the daemon has judged what it got: it would say the same again."""
    return isinstance(failure, CallError) and failure.status.code is codes.Code.INVALID_ARGUMENT


def _named(choice: layers.Choice) -> str:
    if isinstance(choice, layers.Layer):
        one = choice.config_map
        return f"ConfigMap {one.name}, resourceVersion {one.version}"
    return "a former ConfigMap"
