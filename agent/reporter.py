# SPDX-License-Identifier: Apache-2.0
"""Keeps the NodeResourceManager of the node, and the entry of the node in each Adjustment.

Written is only what is different, a little later on each node, and numbers alone not often: a node
on which nothing changes asks the API server for nothing.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final, Protocol

from . import bell
from .core import book, conditions, layers, status
from .core.verdicts import Outcome
from .kube import client, errors, paths
from .net import pauses

_LOG = logging.getLogger("agent")

MANAGER: Final = "cri-resmgr-agent"
"""Who owns the fields that are applied."""

SPREAD: Final = 1.0
"""Seconds over which nodes spread what they write of one change."""

PATIENCE: Final = 15.0
"""Seconds after the start for which it is not written that nothing is known yet."""

NUMBERS: Final = 300.0
"""Seconds between two writes when nothing but a number has changed."""

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0


class Api(Protocol):
    """Requests to the API server."""

    async def request(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, str] | None = None,
        body: object = None,
        kind: str = "application/json",
    ) -> dict[str, Any]:
        """Send one. Raises `errors.ApiError`."""


class Reporter:
    """See the module; `today` gives the time as Kubernetes writes it."""

    def __init__(
        self,
        facts: book.Book,
        api: Api,
        rung: bell.Bell,
        *,
        clock: Callable[[], float],
        chance: Callable[[], float],
        today: Callable[[], str],
    ) -> None:
        """Write nothing yet."""
        self._book = facts
        self._api = api
        self._bell = rung
        self._clock = clock
        self._chance = chance
        self._today = today
        self._began = clock()
        self._object: dict[str, Any] | None = None
        """The NodeResourceManager as it is, once it is ours."""

        self._written: dict[str, Any] | None = None
        self._at = float("-inf")

    # -- The NodeResourceManager --------------------------------------------------------------

    async def node(self) -> None:
        """Keep the NodeResourceManager, for ever."""
        ear = self._bell.listener(self._clock)
        waits = pauses.Pauses(self._chance, first=FIRST_PAUSE, longest=LONGEST_PAUSE)
        until: float | None = None
        while True:
            await ear.wait(until)
            until = self._due()
            if until is None or self._clock() < until:
                continue
            await asyncio.sleep(SPREAD * self._chance())
            try:
                await self._write()
                waits.after_success()
                until = self._due()
            except errors.ApiError as error:
                _LOG.warning("cannot write the state of this node: %s; it is tried again", error)
                pause = max(waits.after_failure(), error.retry_after)
                await asyncio.sleep(pause)
                until = self._clock()

    def _due(self) -> float | None:
        """Give when there is something to write; None while there is nothing."""
        facts = self._book
        if facts.owner is None:
            return None
        if facts.choice is layers.Nothing.UNKNOWN:
            if self._written is None and self._clock() < self._began + PATIENCE:
                return self._began + PATIENCE
        elif facts.verdict.outcome is Outcome.WAITING or (
            facts.selection.wanted is not None and facts.adjusted.outcome is Outcome.WAITING
        ):
            return None  # The answer comes soon, and rings.
        now = self._status("")
        if self._written == now:
            return None
        if self._object is None or status.worth(now, self._written):
            return self._clock()
        return self._at + NUMBERS

    def _status(self, today: str) -> dict[str, Any]:
        """Give the status; without a time it can be compared."""
        if today:
            before, generation = self._conditions(), self._generation()
            return status.of(self._book, before, generation, today)
        return status.of(self._book, (), 0, "")

    def _conditions(self) -> list[conditions.Condition]:
        given = ((self._object or {}).get("status") or {}).get("conditions")
        return [one for one in given or [] if isinstance(one, dict)]

    def _generation(self) -> int:
        return int((self._object or {}).get("metadata", {}).get("generation") or 0)

    async def _write(self) -> None:
        owner = self._book.owner
        if owner is None:
            return
        if self._object is None or not _owned(self._object, owner):
            self._object = await self._apply(paths.report(owner.name), status.skeleton(owner))
        compared = self._status("")
        body = {
            "apiVersion": status.API_VERSION,
            "kind": status.KIND,
            "metadata": {"name": owner.name},
            "status": self._status(self._today()),
        }
        try:
            self._object = await self._apply(f"{paths.report(owner.name)}/status", body)
        except errors.NotFound:
            self._object = None  # Somebody has removed it: it is made anew.
            raise
        self._written = compared
        self._at = self._clock()

    async def _apply(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return await self._api.request(
            "PATCH",
            path,
            params={"fieldManager": MANAGER, "force": "true"},
            body=body,
            kind=client.APPLY,
        )

    # -- Adjustments --------------------------------------------------------------------------

    async def adjustments(self, namespace: str) -> None:
        """Keep this node's entries in the Adjustments of a namespace, for ever."""
        ear = self._bell.listener(self._clock)
        waits = pauses.Pauses(self._chance, first=FIRST_PAUSE, longest=LONGEST_PAUSE)
        until: float | None = None
        while True:
            await ear.wait(until)
            until = None
            if not any(status.entries(self._book)):
                continue
            await asyncio.sleep(SPREAD * self._chance())
            try:
                for name, entry in list(status.entries(self._book)):
                    await self._tell(namespace, name, entry)
                waits.after_success()
            except errors.ApiError as error:
                _LOG.warning("cannot write the status of an Adjustment: %s", error)
                until = self._clock() + max(waits.after_failure(), error.retry_after)

    async def _tell(self, namespace: str, name: str, entry: dict[str, Any] | None) -> None:
        body = {"status": {"nodes": {self._book.names.node: entry}}}
        try:
            obj = await self._api.request(
                "PATCH", paths.adjustment(namespace, name), body=body, kind=client.MERGE
            )
        except errors.NotFound:
            return  # It has gone, which the watch tells as well.
        self._book.adjustment_seen(obj, self._clock())


def _owned(obj: dict[str, Any], owner: book.Owner) -> bool:
    references = obj["metadata"].get("ownerReferences") or []
    return any(one.get("uid") == owner.uid for one in references)
