# SPDX-License-Identifier: Apache-2.0
"""Which nodes are managed: by labels and by pools, and what the shoot's pools say to that."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from . import suggest, types
from .problem import Place, Problem, kind, quote

MAX_NAMES = 256
"""Pools or labels in a list."""

POOL_LABEL = "worker.gardener.cloud/pool"
"""Label by which Gardener tells the pool of a node."""

_POOL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_LABEL_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
_LABEL_PREFIX = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_FOREIGN = re.compile(r"(.*\.)?(kubernetes\.io|k8s\.io|gardener\.cloud)/.*")


@dataclass(frozen=True, slots=True)
class Pool:
    """A worker pool of the shoot, as far as it matters here."""

    name: str
    cri: str = "containerd"
    control_plane: bool = False
    cpu_manager_policy: str = ""
    labels: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Selection:
    """What the shoot owner selects, and the pools there are to select from."""

    labels: Mapping[str, str]
    names: tuple[str, ...]
    pools: tuple[Pool, ...]

    def selected(self) -> tuple[Pool, ...]:
        """The pools whose nodes may be managed."""
        return tuple(pool for pool in self.pools if self._takes(pool))

    def _takes(self, pool: Pool) -> bool:
        if pool.control_plane or (pool.cri or "containerd") != "containerd":
            return False
        if self.names and pool.name not in self.names:
            return False
        known = {**pool.labels, POOL_LABEL: pool.name}
        return all(
            known[key] == value if key in known else _FOREIGN.fullmatch(key) is not None
            for key, value in self.labels.items()
        )


def labels(value: object, place: Place) -> dict[str, str]:
    """Judge a nodeSelector; its right part."""
    if not isinstance(value, dict):
        place.problem(f"expected a mapping from label to value, got {kind(value)}")
        return {}
    if len(value) > MAX_NAMES:
        place.problem(f"more than {MAX_NAMES} labels")
        return {}
    right: dict[str, str] = {}
    for key, given in value.items():
        if not isinstance(key, str):
            place.problem(f"expected text as a key, got {kind(key)}")
            continue
        at = place.key(key)
        if not _is_label(key):
            at.problem("not a valid label", "a label is NAME or PREFIX/NAME")
        elif not isinstance(given, str):
            at.problem(f"expected text, got {kind(given)}", "put it in quotes")
        elif given and not _LABEL_NAME.fullmatch(given):
            at.problem(f"{quote(given)} is not the value of a label")
        else:
            right[key] = given
    return right


def _is_label(key: str) -> bool:
    prefix, slash, name = key.rpartition("/")
    if slash and (len(prefix) > 253 or not _LABEL_PREFIX.fullmatch(prefix)):
        return False
    return _LABEL_NAME.fullmatch(name) is not None


def names(value: object, place: Place) -> tuple[str, ...]:
    """Judge a list of pool names; the right ones."""
    if not isinstance(value, list):
        place.problem(f"expected a list of pool names, got {kind(value)}")
        return ()
    if len(value) > MAX_NAMES:
        place.problem(f"more than {MAX_NAMES} pools")
        return ()
    right: list[str] = []
    for index, given in enumerate(value):
        if not isinstance(given, str):
            place.item(index).problem(f"expected the name of a pool, got {kind(given)}")
        elif not _POOL.fullmatch(given):
            place.item(index).problem(f"{quote(given)} is not the name of a pool")
        elif given in right:
            place.item(index).problem(f"pool {given} is named twice")
        else:
            right.append(given)
    return tuple(right)


def judge(selection: Selection, canary: tuple[str, ...], place: Place) -> None:
    """Judge the named pools, the canary pools and the kubelets of those that are selected."""
    pools = {pool.name: pool for pool in selection.pools}
    at = place.key("workerPools")
    for name in selection.names:
        _judge_named(name, pools, at)
    at = place.key("rollout").key("canaryPools")
    selected = {pool.name for pool in selection.selected()}
    for name in canary:
        if _judge_named(name, pools, at) and name not in selected:
            at.problem(f"pool {name} is not selected by workerPools and nodeSelector")
    for pool in selection.selected():
        if pool.cpu_manager_policy == "static":
            named = pool.name in selection.names
            (place.key("workerPools") if named else place).problem(
                f"the kubelet of pool {pool.name} has cpuManagerPolicy: static, "
                "so both would pin containers",
                "set it to none, or select other pools by workerPools",
            )


def judge_canary(canary: tuple[str, ...], named: tuple[str, ...], place: Place) -> None:
    """Judge the canary pools when the shoot's pools are not known."""
    for name in canary:
        if named and name not in named:
            place.key("rollout").key("canaryPools").problem(f"pool {name} is not in workerPools")


def _judge_named(name: str, pools: Mapping[str, Pool], at: Place) -> bool:
    pool = pools.get(name)
    if pool is None:
        at.problem(f"the shoot has no pool {name}", suggest.hint(name, pools))
    elif pool.control_plane:
        at.problem(f"pool {name} is for the control plane, which is never managed")
    elif (pool.cri or "containerd") != "containerd":
        at.problem(f"pool {name} has the container runtime {quote(pool.cri)}, not containerd")
    else:
        return True
    return False


def warnings(selection: Selection, given: Mapping[str, object], place: Place) -> list[Problem]:
    """Groups that no node of the selected pools is in by the pools' labels."""
    groups = {pool.labels.get(types.NODE_GROUP_LABEL) for pool in selection.selected()}
    return [
        Problem(
            place.key("configs").key(name).path,
            f"no selected pool sets the label {types.NODE_GROUP_LABEL} to this group",
            "nodes get it by hand or not at all",
        )
        for name, text in given.items()
        if text is not None and (group := types.group(name)) is not None and group not in groups
    ]
