# SPDX-License-Identifier: Apache-2.0
"""Which nodes the owner of the shoot has selected. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from . import names, problem


@dataclass(frozen=True, slots=True)
class Selection:
    """Labels and pools of the nodes to manage; both must hold, and empty ones hold always."""

    labels: Mapping[str, str] = field(default_factory=dict)
    pools: tuple[str, ...] = ()

    def holds(self, labels: Mapping[str, str]) -> bool:
        """Tell whether a node with these labels is selected."""
        if self.pools and labels.get(names.POOL_LABEL) not in self.pools:
            return False
        return all(labels.get(key) == value for key, value in self.labels.items())


def read(text: str) -> Selection:
    """Read the argument `--selection`; none selects every node. Raises `problem.Problem`."""
    if not text:
        return Selection()
    try:
        given = json.loads(text)
        _check(given)
    except (ValueError, TypeError) as error:
        hint = 'write {"nodeSelector": {LABEL: VALUE}, "workerPools": [NAME]}'
        raise problem.Problem(f"cannot read the selection: {error}", hint) from error
    return Selection(dict(given.get("nodeSelector") or {}), tuple(given.get("workerPools") or ()))


def _check(given: Any) -> None:
    if not isinstance(given, dict):
        raise TypeError("it is no JSON object")
    if unknown := given.keys() - {"nodeSelector", "workerPools"}:
        raise ValueError(f"unknown key {min(unknown)}")
    labels, pools = given.get("nodeSelector") or {}, given.get("workerPools") or []
    texts = isinstance(labels, dict) and all(isinstance(value, str) for value in labels.values())
    if not texts or not isinstance(pools, list) or not all(isinstance(p, str) for p in pools):
        raise TypeError("labels and names of pools are texts")
