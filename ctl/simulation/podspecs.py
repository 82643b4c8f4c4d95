# SPDX-License-Identifier: Apache-2.0
"""Pods as manifests describe them, as far as a node's decisions depend on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from resmgr.config import problem
from resmgr.model import Qos

from . import amounts

_TEXTS = ("name", "image")


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of the environment; `field` is where the pod has its value."""

    name: str
    value: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class ContainerSpec:
    """One container; `init` ones run before the others, one by one, unless they are `sidecar`s."""

    name: str
    image: str = ""
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    env: tuple[Variable, ...] = ()
    resources: amounts.Resources = field(default_factory=amounts.Resources)
    init: bool = False
    sidecar: bool = False

    @property
    def ends(self) -> bool:
        """Whether it has ended before the pod's main containers begin."""
        return self.init and not self.sidecar


@dataclass(frozen=True, slots=True)
class PodSpec:
    """One pod; `containers` in the order in which they begin, init containers first."""

    namespace: str
    name: str
    containers: tuple[ContainerSpec, ...]
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    uid: str = ""
    whole: amounts.Resources = field(default_factory=amounts.Resources)
    """What the pod as a whole requests."""

    @property
    def full_name(self) -> str:
        """Namespace and name."""
        return f"{self.namespace}/{self.name}"

    @property
    def qos(self) -> Qos:
        """The class that Kubernetes gives it."""
        return amounts.qos(self.whole, [one.resources for one in self.containers])

    def having(self, container: str, resources: amounts.Resources) -> "PodSpec":
        """Give the pod with other resources of one container."""
        members = (
            replace(one, resources=resources) if one.name == container else one
            for one in self.containers
        )
        return replace(self, containers=tuple(members))


def read(metadata: Any, spec: Any, place: problem.Place, at: problem.Place) -> PodSpec:
    """Read a pod or a pod template, whose `metadata` stand at `place` and whose spec stands `at`.

    What is wrong is reported there, and left out of the result.
    """
    meta = _mapping(metadata, place)
    body = _mapping(spec, at)
    members: list[ContainerSpec] = []
    for key, init in (("initContainers", True), ("containers", False)):
        given = body.get(key)
        below = at.key(key)
        if given is not None and not isinstance(given, list):
            below.problem(f"expected a list of containers, got {problem.kind(given)}")
        elif not given and not init:
            below.problem("missing", "a pod has at least one container")
        else:
            for index, one in enumerate(given or ()):
                members.append(_container(one, below.item(index), init=init))
    _refuse_twice(members, at)
    whole = amounts.read(body.get("resources"), at.key("resources"))
    return PodSpec(
        namespace=_text(meta.get("namespace"), place.key("namespace")) or "default",
        name=_text(meta.get("name"), place.key("name")),
        containers=tuple(members),
        labels=_texts(meta.get("labels"), place.key("labels")),
        annotations=_texts(meta.get("annotations"), place.key("annotations")),
        uid=_text(meta.get("uid"), place.key("uid")),
        whole=whole,
    )


def _container(given: Any, place: problem.Place, *, init: bool) -> ContainerSpec:
    data = _mapping(given, place)
    name, image = (_text(data.get(key), place.key(key)) for key in _TEXTS)
    if not name and isinstance(given, dict):
        place.key("name").problem("missing", "each container has a name")
    return ContainerSpec(
        name=name,
        image=image,
        command=_list(data.get("command"), place.key("command")),
        args=_list(data.get("args"), place.key("args")),
        env=_environment(data.get("env"), place.key("env")),
        resources=amounts.read(data.get("resources"), place.key("resources")),
        init=init,
        sidecar=init and data.get("restartPolicy") == "Always",
    )


def _refuse_twice(members: list[ContainerSpec], place: problem.Place) -> None:
    seen = set()
    for one in members:
        if one.name and one.name in seen:
            place.problem(f"container {problem.quote(one.name)} is there twice")
        seen.add(one.name)


def _environment(given: Any, place: problem.Place) -> tuple[Variable, ...]:
    if given is None:
        return ()
    if not isinstance(given, list):
        place.problem(f"expected a list of variables, got {problem.kind(given)}")
        return ()
    found = []
    for index, one in enumerate(given):
        at = place.item(index)
        data = _mapping(one, at)
        name = _text(data.get("name"), at.key("name"))
        origin = data.get("valueFrom")
        if origin is None:
            found.append(Variable(name, _text(data.get("value"), at.key("value"))))
        elif isinstance(origin, dict) and isinstance(origin.get("fieldRef"), dict):
            path = origin["fieldRef"].get("fieldPath")
            found.append(Variable(name, field=_text(path, at.key("valueFrom"))))
    return tuple(found)


def _mapping(given: Any, place: problem.Place) -> dict[str, Any]:
    if isinstance(given, dict):
        return given
    if given is not None:
        place.problem(f"expected a mapping, got {problem.kind(given)}")
    return {}


def _text(given: Any, place: problem.Place) -> str:
    if given is None:
        return ""
    if not isinstance(given, str):
        place.problem(f"expected text, got {problem.kind(given)}", "put it in quotes")
        return ""
    return given


def _texts(given: Any, place: problem.Place) -> dict[str, str]:
    return {
        str(key): _text(value, place.key(str(key))) for key, value in _mapping(given, place).items()
    }


def _list(given: Any, place: problem.Place) -> tuple[str, ...]:
    if given is None:
        return ()
    if not isinstance(given, list):
        place.problem(f"expected a list of texts, got {problem.kind(given)}")
        return ()
    return tuple(_text(one, place.item(index)) for index, one in enumerate(given))
