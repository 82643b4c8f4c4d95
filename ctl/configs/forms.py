# SPDX-License-Identifier: Apache-2.0
"""Configurations in each form that people have them: what a text holds, by TYPE. Pure.

A document as the daemon reads it; a ConfigMap as it lies in a shoot; a Shoot, an Extension, a
Cluster or the providerConfig alone; a ControllerDeployment or gardener-operator's Extension with
the operator's. Of a providerConfig its configurations count here, and nothing else in it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from resmgr.config import configs, manifests, types
from resmgr.config.problem import ConfigProblems, Findings, Place, Problem

from .. import exits, problem

Content = str | Mapping[str, str]
"""A document, or texts by module as a ConfigMap has them."""

EXTENSION = "cri-resmgr-extension"
"""Type of the extension in a Shoot."""

_OF_A_SHOOT = ("Shoot", "Cluster")
_ORDER = ("force", "default", "fallback")
_PREFIX = types.config_map("")
_OPTIONS = types.config_map(types.EXTRA_OPTIONS)
_STEPS: dict[object, tuple[tuple[str, ...], ...]] = {
    None: (("configs",),),
    "CriResmgrConfig": (("configs",),),
    "Extension": (
        ("spec", "providerConfig", "configs"),
        ("spec", "deployment", "extension", "values", "configs"),
    ),
    "ControllerDeployment": (
        ("helm", "values", "configs"),
        ("providerConfig", "values", "configs"),
    ),
}
"""By kind, where an object has its TYPEs."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a text holds, as far as the form of it is right."""

    document: str | None = None
    """The text itself where it is a document of the daemon's, right or not."""

    types: Mapping[str, Content] = field(default_factory=dict)
    """Otherwise the configurations in it, in their order."""

    problems: tuple[Problem, ...] = ()

    @property
    def all(self) -> Mapping[str, Content]:
        """Every configuration by its TYPE, which is empty for a document."""
        return self.types if self.document is None else {"": self.document}

    def chosen(self, name: str, wanted: str = "") -> Content:
        """Give the one of a TYPE, else the one that a node without a group would have.

        Raises `problem.Problem` with `name` where there is none of that TYPE, and `ConfigProblems`
        where something is wrong and no TYPE that is right was asked for.
        """
        if self.document is not None:
            if wanted:
                message = f"cannot use {name}: it is one document, without TYPEs to choose from"
                raise problem.Problem(message, f"leave away #{wanted}", exits.USAGE)
            return self.document
        if wanted in self.types:
            return self.types[wanted]
        if self.problems:
            raise ConfigProblems(self.problems)
        if wanted:
            message = f"cannot use {name}: there is no configuration {wanted}"
            raise problem.Problem(message, f"there is {', '.join(self.types)}")
        return self.types[next(one for one in (*_ORDER, *self.types) if one in self.types)]


def parted(name: str) -> tuple[str, str]:
    """Give the path and the TYPE of `FILE#TYPE`; the TYPE is empty for a FILE alone."""
    path, _, wanted = name.partition("#")
    return path, wanted


def held(text: str) -> Held:
    """Give what a text holds; where that is no configuration, it is a problem."""
    objects = _objects(text)
    if objects is None:
        return Held(text)
    findings = Findings()
    found: dict[str, Content] = {}
    for one in objects:
        found |= _of_object(one, findings)
    if not found and not findings.count:
        findings.add(_nothing(objects))
    return Held(None, found, tuple(findings.problems()))


def _nothing(objects: Iterable[Mapping[str, Any]]) -> Problem:
    """Say why objects hold no configuration."""
    shoots = [one for one in objects if one.get("kind") in _OF_A_SHOOT]
    if not shoots:
        message = "it holds no configuration of the resource manager"
        return Problem("", message, "give a document, a ConfigMap, a Shoot or a providerConfig")
    if any(_of_shoot(_shoot(one), "")[0] for one in shoots):
        message = "the shoot leaves the configuration of its nodes to the operator"
        return Problem("", message, "give the operator's ControllerDeployment or Extension")
    return Problem("", "the shoot does not use the extension", f"add type {EXTENSION} to it")


def _shoot(given: Mapping[str, Any]) -> Any:
    return _at(given, "spec", "shoot") if given.get("kind") == "Cluster" else given


def _objects(text: str) -> list[Mapping[str, Any]] | None:
    """Give the Kubernetes objects in a text; None for a document of the daemon's, right or not."""
    try:
        loaded = manifests.load(text)
    except manifests.NotYaml:
        return None
    known = [
        one
        for one in _flat(loaded)
        if isinstance(one, Mapping) and ({"kind", "configs"} & one.keys())
    ]
    maps = [one for one in known if one.get("kind") == "ConfigMap"]
    ours = [one for one in maps if _name(one).startswith(_PREFIX)]
    # Of all that a namespace has, those count that have the name; one that was handed over does.
    others = [one for one in maps if one not in ours] if ours else []
    return [one for one in known if one not in others] or None


def _flat(loaded: Iterable[Any]) -> Iterator[Any]:
    for one in loaded:
        items = one.get("items") if isinstance(one, Mapping) else None
        if isinstance(items, list):
            yield from items
        else:
            yield one


def _of_object(given: Mapping[str, Any], findings: Findings) -> dict[str, Content]:
    """Give the configurations of an object, by TYPE."""
    kind = given.get("kind")
    if kind == "ConfigMap":
        name = _name(given)
        data = {} if name == _OPTIONS else _data(given, findings)
        return {name.removeprefix(_PREFIX) or "default": data} if data else {}
    if kind == "Cluster":
        path, texts = _of_shoot(_shoot(given), "spec.shoot.spec")
    elif kind == "Shoot":
        path, texts = _of_shoot(given, "spec")
    elif kind == "Extension" and _at(given, "spec", "type") not in (None, EXTENSION):
        return {}
    else:
        path, texts = _of_steps(given)
    if texts is None:
        return {}
    judged = configs.judge(texts, Place(path, findings))
    return {
        key: text
        for key, text in judged.texts.items()
        if text is not None and key != types.EXTRA_OPTIONS
    }


def _of_shoot(shoot: Any, path: str) -> tuple[str, Any]:
    """Give where the TYPEs of a Shoot stand, and what stands there."""
    extensions = _at(shoot, "spec", "extensions")
    for number, one in enumerate(extensions if isinstance(extensions, list) else ()):
        if _at(one, "type") == EXTENSION:
            where = f"{path}.extensions[{number}].providerConfig.configs"
            return where, _at(one, "providerConfig", "configs")
    return "", None


def _of_steps(given: Mapping[str, Any]) -> tuple[str, Any]:
    kind = given.get("kind")
    for steps in _STEPS.get(kind, ()) if kind is None or isinstance(kind, str) else ():
        found = _at(given, *steps)
        if found is not None:
            return ".".join(steps), found
    return "", None


def _data(given: Mapping[str, Any], findings: Findings) -> dict[str, str]:
    """Give the texts of a ConfigMap; nothing where one of them is none."""
    data, place = given.get("data"), Place("data", findings)
    if not isinstance(data, Mapping) or not data:
        place.problem("missing, or no mapping")
        return {}
    wrong = [key for key, value in data.items() if not isinstance(value, str)]
    for key in wrong:
        place.key(str(key)).problem("expected text", "write KEY: | and the module below it")
    return {} if wrong else {str(key): text for key, text in data.items()}


def _name(given: Mapping[str, Any]) -> str:
    return str(_at(given, "metadata", "name") or "")


def _at(given: Any, *steps: str) -> Any:
    for step in steps:
        given = given.get(step) if isinstance(given, Mapping) else None
    return given
