# SPDX-License-Identifier: Apache-2.0
"""Whether this node may be changed now, or others come first. Pure (NODE-4).

Canary pools come first, so many nodes that were given back stop the rest, and only a share of the
nodes changes at a time. Nodes tell each other by labels on their Node; there is no lock, so for a
moment one node more may change than was asked for.
"""

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from . import names, problem
from .api import nodes

WAITING = "waiting"
CHANGING = "now"
"""Values of the label `names.CHANGING_LABEL`."""

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Rollout:
    """How fast and how far changes go; the defaults are those of the contract."""

    max_unavailable: int | str = "10%"
    canary_pools: tuple[str, ...] = ()
    max_rolled_back: int = 1
    paused: bool = False

    def at_a_time(self, total: int) -> int:
        """Give how many of so many nodes may change at a time, at least one."""
        if isinstance(self.max_unavailable, int):
            return max(self.max_unavailable, 1)
        return max(total * int(self.max_unavailable.removesuffix("%")) // 100, 1)


@dataclass(frozen=True, slots=True)
class Others:
    """What the other nodes say, as far as it matters: metadata only."""

    total: int = 1
    """All nodes, the own one included."""
    canaries: Sequence[nodes.NodeView] = ()
    """The nodes of the canary pools that are selected."""
    rolled_back: Sequence[str] = ()
    """Names of the nodes whose kubelet was given back."""
    changing: Sequence[nodes.NodeView] = ()
    """The nodes with the label `names.CHANGING_LABEL`."""
    revision: str = ""
    """What canaries have to be on before others follow; empty: whatever they are on."""


def read(text: str) -> Rollout:
    """Read the file that `--rollout` names. Raises `problem.Problem`."""
    try:
        given = json.loads(text)
        return _rollout(given)
    except (ValueError, TypeError) as error:
        hint = "the ConfigMap cri-resmgr-rollout is written by the extension; look at its logs"
        raise problem.Problem(f"cannot read the roll-out: {error}", hint) from error


def hold(own: str, pool: str, rollout: Rollout, others: Others) -> str:
    """Tell what the node `own` of a pool has to wait for, in one sentence; empty: for nothing."""
    if rollout.paused:
        return "the roll-out is paused"
    if pool not in rollout.canary_pools:
        late = sorted(node.name for node in others.canaries if not _arrived(node, others.revision))
        if late:
            pools = ", ".join(rollout.canary_pools)
            return f"waits for the canary pools ({pools}): not active yet: {_some(late)}"
    given_back = sorted(set(others.rolled_back) - {own})
    if len(given_back) >= rollout.max_rolled_back:
        return (
            f"the roll-out has stopped: {len(given_back)} rolled back, "
            f"maxRolledBack is {rollout.max_rolled_back}: {_some(given_back)}"
        )
    return _turn(own, rollout, others)


def only_turns(rollout: Rollout) -> Rollout:
    """Give the same limits of nodes at a time, and no other reason to wait."""
    return dataclasses.replace(rollout, canary_pools=(), max_rolled_back=1, paused=False)


def _arrived(node: nodes.NodeView, revision: str) -> bool:
    """Whether a canary is served, and by what is to come: on what was before, it tells nothing."""
    if node.labels.get(names.STATE_LABEL) != "active":
        return False
    return not revision or node.annotations.get(names.REVISION_ANNOTATION) == revision


def _turn(own: str, rollout: Rollout, others: Others) -> str:
    """Tell whether others change or come before: those that change now, then by name."""
    ahead = [
        node.name
        for node in others.changing
        if node.name != own
        and (node.labels.get(names.CHANGING_LABEL) == CHANGING or node.name < own)
    ]
    limit = rollout.at_a_time(others.total)
    if len(ahead) < limit:
        return ""
    return f"waits for its turn ({limit} at a time): {_some(sorted(ahead))}"


def _some(found: Sequence[str]) -> str:
    more = len(found) - _SHOWN
    return ", ".join(found[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _rollout(given: Any) -> Rollout:
    if not isinstance(given, dict):
        raise TypeError("it is no JSON object")
    share, pools = given.get("maxUnavailable", "10%"), given.get("canaryPools") or []
    if isinstance(share, str):
        int(share.removesuffix("%"))
    most, paused = given.get("maxRolledBack", 1), given.get("paused", False)
    if isinstance(share, float) or not isinstance(most, int) or not isinstance(paused, bool):
        raise TypeError("maxUnavailable, maxRolledBack or paused is of a wrong kind")
    if not isinstance(pools, list) or not all(isinstance(pool, str) for pool in pools):
        raise TypeError("canaryPools is no list of texts")
    return Rollout(share, tuple(pools), max(most, 1), paused)
