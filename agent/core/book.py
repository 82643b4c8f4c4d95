# SPDX-License-Identifier: Apache-2.0
"""All that the agent knows, and what follows from it: what is to be sent, and what came of it.

Watches, the daemon and its answers write into it; whoever sends and whoever reports reads from it.
Events of ConfigMaps carry their name, so that one of a watch that was given up changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from . import layers, scope, verdicts
from .delivery import Delivery
from .verdicts import Outcome, Verdict


@dataclass(frozen=True, slots=True)
class Owner:
    """The Node, as far as objects refer to it."""

    name: str
    uid: str


@dataclass(frozen=True, slots=True)
class Daemon:
    """What the daemon told of itself."""

    policy: str = ""
    source: str = ""
    containers: int = 0
    version: str = ""


class Book:
    """See the module; `label` is the Node's label that names its group."""

    def __init__(self, names: layers.Names, label: str) -> None:
        """Know nothing yet."""
        self.names = names
        self.owner: Owner | None = None
        self.known = layers.Known()
        self.choice: layers.Choice = layers.Nothing.UNKNOWN
        self.configuration: Delivery[layers.Instruction] = Delivery()
        self._answer = verdicts.WAITING
        self.taken: layers.Choice | None = None
        """What the daemon took last, as the cluster has it now."""

        self.adjustments: dict[str, scope.Adjustment] = {}
        self.synced = False
        """Whether all Adjustments are known."""

        self.selection: Delivery[scope.Selection] = Delivery()
        self._answer_to_adjustments = verdicts.WAITING
        self.connected = False
        self.met = False
        """Whether there ever was a connection to the daemon."""

        self.daemon: Daemon | None = None
        self._label = label

    # -- The cluster --------------------------------------------------------------------------

    def node_seen(self, obj: Mapping[str, Any], now: float) -> None:
        """The Node is so."""
        metadata = obj["metadata"]
        self.owner = Owner(metadata["name"], metadata["uid"])
        self._in_group((metadata.get("labels") or {}).get(self._label) or "", now)

    def node_missing(self, now: float) -> None:
        """There is no Node, so it has no label either."""
        self.owner = None
        self._in_group("", now)

    def _in_group(self, group: str, now: float) -> None:
        followed = layers.wanted_names(group, self.names)
        kept = {name: one for name, one in self.known.found.items() if name in followed}
        self.known = layers.Known(group, kept)
        self._choose(now)

    @property
    def followed(self) -> frozenset[str]:
        """Names of the ConfigMaps that have to be followed."""
        return layers.wanted_names(self.known.group, self.names)

    def config_map_seen(self, obj: Mapping[str, Any], now: float) -> None:
        """A ConfigMap is so."""
        self._found(obj["metadata"]["name"], layers.read(obj), now)

    def config_map_missing(self, name: str, now: float) -> None:
        """A ConfigMap does not exist: the server itself said so."""
        self._found(name, None, now)

    def _found(self, name: str, one: layers.ConfigMap | None, now: float) -> None:
        if name in self.followed:
            self.known = replace(self.known, found={**self.known.found, name: one})
            self._choose(now)

    def _choose(self, now: float) -> None:
        choice = layers.choose(self.known, self.names)
        wanted = layers.instruction(choice)
        if wanted is None:
            return  # What was decided before stays.
        self.choice = choice
        self.configuration = self.configuration.want(wanted, now)
        self._note_taken()

    def adjustment_seen(self, obj: Mapping[str, Any], now: float) -> None:
        """An Adjustment is so."""
        one = scope.read(obj, self.names.node)
        self.adjustments[one.name] = one
        self._select(now)

    def adjustment_gone(self, name: str, now: float) -> None:
        """An Adjustment does not exist any more."""
        self.adjustments.pop(name, None)
        self._select(now)

    def adjustments_synced(self, names: frozenset[str], now: float) -> None:
        """Exactly these exist."""
        self.adjustments = {name: one for name, one in self.adjustments.items() if name in names}
        self.synced = True
        self._select(now)

    def _select(self, now: float) -> None:
        # Part of a list is not sent: it would take away what the rest has.
        if not self.synced:
            return
        wanted = scope.select(self.adjustments, self.names.node)
        self.selection = self.selection.want(wanted, now)

    # -- The daemon ---------------------------------------------------------------------------

    def daemon_came(self, now: float) -> None:
        """There is a new connection: the daemon may have been restarted."""
        self.connected = self.met = True
        self.configuration = self.configuration.reconnected(now)
        self.selection = self.selection.reconnected(now)

    def daemon_went(self) -> None:
        """There is no connection any more."""
        self.connected = False
        self.daemon = None

    def daemon_told(self, daemon: Daemon) -> None:
        """The daemon told where it stands."""
        self.daemon = daemon

    def configured(self, error: str, now: float) -> None:
        """The daemon answered to a configuration; `error` is empty when it was taken."""
        sent = self.configuration.sending
        self.configuration = self.configuration.answered(now)
        outcome = Outcome.REFUSED if error else Outcome.TAKEN
        self._answer = Verdict(outcome, error, sent)
        self._note_taken()

    def _note_taken(self) -> None:
        if self.verdict.outcome is Outcome.TAKEN:
            self.taken = self.choice

    def not_configured(self, why: str, now: float, spread: float) -> None:
        """The daemon could not be asked."""
        sent = self.configuration.sending
        self.configuration = self.configuration.failed(now, spread)
        self._answer = Verdict(Outcome.UNREACHED, why, sent)

    def adjusted_with(self, errors: Mapping[str, str], now: float) -> None:
        """The daemon answered to Adjustments; without errors they were taken."""
        sent = self.selection.sending
        self.selection = self.selection.answered(now)
        outcome = Outcome.REFUSED if errors else Outcome.TAKEN
        self._answer_to_adjustments = Verdict(outcome, "", sent, dict(errors))

    def not_adjusted(self, why: str, now: float, spread: float) -> None:
        """The daemon could not be asked, or could not read them."""
        sent = self.selection.sending
        self.selection = self.selection.failed(now, spread)
        self._answer_to_adjustments = Verdict(Outcome.UNREACHED, why, sent, {"request": why})

    # -- What follows -------------------------------------------------------------------------

    @property
    def verdict(self) -> Verdict:
        """What came of the configuration that is wanted."""
        return self._answer.of(self.configuration.wanted)

    @property
    def adjusted(self) -> Verdict:
        """What came of the Adjustments that are wanted."""
        return self._answer_to_adjustments.of(self.selection.wanted)

    @property
    def health(self) -> str:
        """Give what is wrong with the last configuration that was sent, empty when nothing is.

        A node on which there never was a daemon is none of ours, and nothing is wrong there.
        """
        if self.verdict.outcome is Outcome.REFUSED:
            return f"configuration error: {self.verdict.message}"
        if self.verdict.outcome is Outcome.UNREACHED and self.met:
            return f"configuration error: {self.verdict.message}"
        return ""
