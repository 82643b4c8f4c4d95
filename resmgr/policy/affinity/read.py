# SPDX-License-Identifier: Apache-2.0
"""Affinities from a pod's annotations, in the simple and in the full form (annotations, section 4).

The scope of a pod has its namespace in it: in the original, pods of the same name in different
namespaces were taken for one.
"""

from dataclasses import dataclass
from typing import Any

from ...model import Pod
from .. import plainyaml
from . import expression
from .expression import Expression

AFFINITY = "cri-resource-manager.intel.com/affinity"
ANTI_AFFINITY = "cri-resource-manager.intel.com/anti-affinity"

CONTAINER_NAME = "io.kubernetes.container.name"
_HEAVIEST = 1000


class BadAffinity(ValueError):
    """An annotation cannot be read; no container of the pod can be placed as it is wanted."""


@dataclass(frozen=True, slots=True)
class Affinity:
    """Being near to what matches counts `weight`, -1000 to 1000; negative ones keep away."""

    scope: Expression
    match: Expression
    weight: int

    def __str__(self) -> str:
        kind = "anti-affinity" if self.weight < 0 else "affinity"
        return f"<{kind}: scope {self.scope} {self.match} => {self.weight}>"


def of(pod: Pod, container: str) -> tuple[Affinity, ...]:
    """Give the affinities of a container of the pod, as annotated. Raises `BadAffinity`.

    What is wrong for one container is wrong for all of the pod, as there it is in one annotation.
    """
    found: tuple[Affinity, ...] = ()
    for key, sign in ((AFFINITY, 1), (ANTI_AFFINITY, -1)):
        text = pod.annotations.get(key)
        if text is not None:
            found += _annotation(text, sign, pod).get(container, ())
    return found


def pod_scope(pod: Pod) -> Expression:
    """Give what is true of the containers of a pod."""
    return Expression(":,:pod/namespace,pod/name", "Equals", (f"{pod.namespace}:{pod.name}",))


def _annotation(text: str, sign: int, pod: Pod) -> dict[str, tuple[Affinity, ...]]:
    kind = "affinity" if sign > 0 else "anti-affinity"
    try:
        data = plainyaml.load(text)
        if data is None:
            return {}
        if not isinstance(data, dict):
            raise BadAffinity("expected a mapping from container names")
        if all(_is_simple(value) for value in data.values()):
            return _simple(data, sign, pod)
        return {name: _full(name, value, sign, pod) for name, value in data.items()}
    except ValueError as error:
        shown = text if len(text) <= 200 else f"{text[:200]}..."
        raise BadAffinity(f"failed to parse {kind} annotation '{shown}': {error}") from error


def _is_simple(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _simple(data: dict[str, list[str]], sign: int, pod: Pod) -> dict[str, tuple[Affinity, ...]]:
    """Containers of the pod that belong together; each of two wants what one of them wants."""
    peers: dict[str, set[str]] = {}
    for name, others in data.items():
        for other in others:
            peers.setdefault(name, set()).add(other)
            peers.setdefault(other, set()).add(name)
    scope = pod_scope(pod)
    result: dict[str, tuple[Affinity, ...]] = {}
    for name, members in peers.items():
        operator = "Equals" if len(members) == 1 else "In"
        match = expression.of(CONTAINER_NAME, operator, tuple(sorted(members)))
        result[name] = (Affinity(scope, match, sign),)
    return result


def _full(name: str, value: Any, sign: int, pod: Pod) -> tuple[Affinity, ...]:
    if not isinstance(value, list):
        raise BadAffinity(f"{name}: expected a list")
    return tuple(
        _affinity(f"{name}[{position}]", one, sign, pod) for position, one in enumerate(value)
    )


def _affinity(path: str, value: Any, sign: int, pod: Pod) -> Affinity:
    fields = _fields(path, value, ("scope", "match", "weight"))
    scope, match = fields.get("scope"), fields.get("match")
    weight = fields.get("weight")
    if weight is None:
        weight = 0
    if not isinstance(weight, int) or isinstance(weight, bool) or not -(2**31) <= weight < 2**31:
        raise BadAffinity(f"{path}.weight: expected a whole number of 32 bits")
    if match is None:
        raise BadAffinity(f"{path}.match: expression: nil expression")
    return Affinity(
        scope=pod_scope(pod) if scope is None else _expression(f"{path}.scope", scope),
        match=_expression(f"{path}.match", match),
        weight=max(-_HEAVIEST, min(_HEAVIEST, sign * (weight or 1))),
    )


def _expression(path: str, value: Any) -> Expression:
    fields = _fields(path, value, ("key", "operator", "values"))
    key, operator = fields.get("key", ""), fields.get("operator", "")
    values = fields.get("values")
    values = [] if values is None else values
    if not isinstance(key, str) or not isinstance(operator, str):
        raise BadAffinity(f"{path}: key and operator have to be text")
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        raise BadAffinity(f"{path}.values: expected a list of texts")
    try:
        return expression.of(key, operator, tuple(values))
    except expression.BadExpression as error:
        raise BadAffinity(f"{path}: {error}") from error


def _fields(path: str, value: Any, known: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadAffinity(f"{path}: expected a mapping")
    for field in value:
        if field not in known:
            raise BadAffinity(f"{path}: unknown field {field[:40]!r}, known: {', '.join(known)}")
    return value
