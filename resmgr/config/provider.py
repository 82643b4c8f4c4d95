# SPDX-License-Identifier: Apache-2.0
"""The providerConfig of a shoot: hostile input, judged as a whole, all problems at once.

Two forms: the current one with apiVersion and kind, and the legacy one with `configs` and
`nodeSelector` only. The pools of the shoot, where known, are judged with it in `selection`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from . import configs, rollout, selection, suggest
from .problem import ConfigProblems, Findings, Place, Problem, kind, quote
from .rollout import Rollout
from .selection import Pool

__all__ = ["API_VERSION", "KIND", "Pool", "ProviderConfig", "Rollout", "parse"]

API_VERSION = "cri-resmgr.extensions.gardener.cloud/v1alpha1"
KIND = "CriResmgrConfig"


@dataclass(frozen=True, slots=True)
class ProviderConfig:
    """What the shoot owner wants."""

    configs: dict[str, str | None] = field(default_factory=dict)
    """TYPE to text; None withdraws the operator's text."""

    node_selector: dict[str, str] = field(default_factory=dict)
    """Labels that a managed node has."""

    worker_pools: tuple[str, ...] = ()
    """Pools whose nodes are managed; empty for all with containerd but control-plane pools."""

    rollout: Rollout = field(default_factory=Rollout)
    warnings: tuple[Problem, ...] = ()
    """What may be wrong, though a node may know better."""


class _Reader:
    """Collects the parts of one providerConfig."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self.judged = configs.Judged({}, {})
        self.labels: dict[str, str] = {}
        self.pools: tuple[str, ...] = ()
        self.rollout = Rollout()
        self._keys: dict[str, Callable[[object, Place], None]] = {
            "apiVersion": self._api_version,
            "kind": self._kind,
            "configs": self._configs,
            "nodeSelector": self._node_selector,
            "workerPools": self._worker_pools,
            "rollout": self._rollout,
        }

    def read(self, raw: Mapping[object, object]) -> None:
        """Judge all keys in the order of the input; None is "not given"."""
        current = "apiVersion" in raw or "kind" in raw
        for key, value in raw.items():
            if not isinstance(key, str):
                self._place.problem(f"expected text as a key, got {kind(key)}")
                continue
            at = self._place.key(key)
            read = self._keys.get(key)
            if read is None:
                at.problem("unknown key", suggest.hint(key, self._keys))
            elif not current and key not in ("configs", "nodeSelector"):
                at.problem(
                    "only with apiVersion and kind",
                    f"add apiVersion: {API_VERSION} and kind: {KIND}",
                )
            elif value is not None or key in ("apiVersion", "kind"):
                read(value, at)
        for key, wanted in (("apiVersion", API_VERSION), ("kind", KIND)):
            if current and key not in raw:
                self._place.key(key).problem("missing", f"add {key}: {wanted}")

    def _api_version(self, value: object, at: Place) -> None:
        _exactly(API_VERSION, value, at)

    def _kind(self, value: object, at: Place) -> None:
        _exactly(KIND, value, at)

    def _configs(self, value: object, at: Place) -> None:
        self.judged = configs.judge(value, at)

    def _node_selector(self, value: object, at: Place) -> None:
        self.labels = selection.labels(value, at)

    def _worker_pools(self, value: object, at: Place) -> None:
        self.pools = selection.names(value, at)

    def _rollout(self, value: object, at: Place) -> None:
        self.rollout = rollout.read(value, at)


def parse(
    raw: object, *, path: str = "spec.providerConfig", pools: Sequence[Pool] | None
) -> ProviderConfig:
    """Judge a providerConfig, decoded from JSON or YAML; None stands for all defaults.

    `pools`: the shoot's pools, None when they are not known; then nothing is said about them.
    Raises `ConfigProblems` with everything that is wrong, in the order of the input.
    """
    findings = Findings()
    place = Place(path, findings)
    reader = _Reader(place)
    if isinstance(raw, Mapping):
        reader.read(raw)
    elif raw is not None:
        place.problem(f"expected a mapping, got {kind(raw)}")
    warnings = configs.document_warnings(reader.judged, place.key("configs"))
    canary = reader.rollout.canary_pools
    if pools is None:
        selection.judge_canary(canary, reader.pools, place)
    else:
        chosen = selection.Selection(reader.labels, reader.pools, tuple(pools))
        selection.judge(chosen, canary, place)
        warnings += selection.warnings(chosen, reader.judged.texts, place)
    if findings.count:
        raise ConfigProblems(findings.problems())
    return ProviderConfig(
        configs=reader.judged.texts,
        node_selector=reader.labels,
        worker_pools=reader.pools,
        rollout=reader.rollout,
        warnings=tuple(warnings),
    )


def _exactly(wanted: str, value: object, at: Place) -> None:
    if value != wanted:
        shown = quote(value) if isinstance(value, str) else kind(value)
        at.problem(f"expected {wanted}, got {shown}")
