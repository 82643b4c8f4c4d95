# SPDX-License-Identifier: Apache-2.0
"""Asks the other nodes, by way of the API server, whether this one may be changed now (NODE-4)."""

from collections.abc import Callable

from . import names, rollout, selection
from .api import nodes

STALE = 900.0
"""Seconds after which a node that says it is changing, and says nothing new, is not waited for.

It is gone, or in trouble that others need not wait for. Measured here, so that no clocks are
compared."""


class Admission:
    """Keeps what this node tells the others about its turn."""

    def __init__(
        self, api: nodes.Nodes, chosen: selection.Selection, *, monotonic: Callable[[], float]
    ) -> None:
        """Take the API, the selection (canaries that are not selected do not count), a clock."""
        self._api = api
        self._chosen = chosen
        self._monotonic = monotonic
        self._said: str | None = ""
        """What our label says; empty: not known."""
        self._seen: dict[str, tuple[str, float]] = {}

    def ask(
        self, pool: str, roll: rollout.Rollout, *, first: bool = True, revision: str = ""
    ) -> str:
        """Give what has to be waited for, empty for nothing; then the others are told that we go.

        Args:
            pool: of this node.
            roll: how fast changes go.
            first: whether something new comes to the node, so that canaries count.
            revision: what comes; canaries that have another one are still to change.

        Raises:
            ApiProblem: nobody can be asked.
        """
        if roll.paused:
            self.leave()
            return rollout.hold(self._api.name, pool, roll, rollout.Others())
        others = self._others(pool, roll, revision) if first else rollout.Others()
        reason = rollout.hold(self._api.name, pool, roll, others)
        if reason:
            self.leave()
            return reason
        self._say(rollout.WAITING)
        changing = tuple(filter(self._fresh, self._api.labelled(names.CHANGING_LABEL)))
        total = self._api.count() if isinstance(roll.max_unavailable, str) else 1
        turn = rollout.Others(total=total, changing=changing)
        reason = rollout.hold(self._api.name, pool, rollout.only_turns(roll), turn)
        if not reason:
            self._say(rollout.CHANGING)
        return reason

    def leave(self) -> None:
        """Tell the others that we neither change nor wait. Raises `ApiProblem`."""
        self._say(None)

    def _others(self, pool: str, roll: rollout.Rollout, revision: str) -> rollout.Others:
        canaries: tuple[nodes.NodeView, ...] = ()
        if roll.canary_pools and pool not in roll.canary_pools:
            found = self._api.labelled(f"{names.POOL_LABEL} in ({','.join(roll.canary_pools)})")
            canaries = tuple(node for node in found if self._chosen.holds(node.labels))
        given_back = self._api.labelled(f"{names.STATE_LABEL}=rolled-back")
        return rollout.Others(
            canaries=canaries,
            rolled_back=tuple(node.name for node in given_back),
            revision=revision,
        )

    def _say(self, word: str | None) -> None:
        if self._said != word:
            self._api.patch({names.CHANGING_LABEL: word}, {})
            self._said = word

    def _fresh(self, node: nodes.NodeView) -> bool:
        value = node.labels.get(names.CHANGING_LABEL, "")
        known, since = self._seen.get(node.name, ("", 0.0))
        if known != value:
            known, since = value, self._monotonic()
            self._seen[node.name] = (value, since)
        return self._monotonic() - since < STALE
