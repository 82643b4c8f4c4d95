# SPDX-License-Identifier: Apache-2.0
"""Configurations that people hand over, in each form that there is, judged as the daemon judges.

A document as the daemon reads it, a ConfigMap as it lies in a shoot, a Shoot or its providerConfig,
a ControllerDeployment with the operator's. Where there are several TYPEs, `FILE#TYPE` names one;
else it is the one that a node without a group would have.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from resmgr.config import configs, manifests, types
from resmgr.config.problem import ConfigProblems, Findings, Place
from resmgr.daemon.configuring import configuration, poolfiles
from resmgr.daemon.configuring.settings import Settings
from resmgr.policy import constraints, registry
from resmgr.policy.interface import Policy
from resmgr.sysfs.machine import Machine

from . import exits, files, problem

EXTENSION = "cri-resmgr-extension"
"""Type of the extension in a Shoot."""

_ORDER = ("force", "default", "fallback")
_PREFIX = types.config_map("")
_NOWHERE = "/dev/null"


@dataclass(frozen=True, slots=True)
class Configured:
    """A right configuration; `name` is what it is called in tables."""

    name: str
    settings: Settings
    warnings: tuple[str, ...] = ()
    document: Mapping[str, Any] = field(default_factory=dict)
    """All that it says, by module, laid on what is below."""

    def policy(self, machine: Machine, root: Path | None) -> Policy[Any]:
        """Make its policy on a machine; files of the machine are below `root`, if there are any.

        Raises `policy.interface.BadConfiguration`.
        """
        wanted, below = self.settings.policy, str(root) if root else ""
        where = constraints.Cgroups(below or _NOWHERE, f"{below or _NOWHERE}/sys/fs/cgroup")
        limits = constraints.resolve(wanted.data, where, _reader(below))
        own = wanted.own
        if root and wanted.active == poolfiles.POLICY:
            own = poolfiles.complete(own, below)
        return registry.load(wanted.active)(machine, limits, own)


def read(name: str, below: Mapping[str, Any] | None = None) -> Configured:
    """Read and judge a file, or `FILE#TYPE`. Raises `problem.Problem` with all that is wrong."""
    path, _, wanted = name.partition("#")
    ((_, text),) = files.texts(path) if path == files.STDIN else [("", files.text(path))]
    return judge(text, name, wanted, below)


def judge(
    text: str, name: str, wanted: str = "", below: Mapping[str, Any] | None = None
) -> Configured:
    """Judge a text, laid on the document `below`. Raises `problem.Problem`."""
    judging = configuration.Judge(tuple(registry.POLICIES), below or {})
    try:
        objects = _objects(text)
        if objects is None:
            _refuse_type(name, wanted)
            judged = judging.of_text(text)
        else:
            chosen = _chosen(objects, name, wanted)
            judged = judging.of_text(chosen) if isinstance(chosen, str) else judging.of_data(chosen)
    except ConfigProblems as error:
        path = name.partition("#")[0]
        lines = [f"cannot use {path}: {one}" for one in error.problems]
        raise problem.Problem("\n".join(lines)) from error
    return Configured(name, judged.settings, judged.warnings, judged.document)


def _objects(text: str) -> list[dict[str, Any]] | None:
    """Give the Kubernetes objects in a text; None for a document of the daemon's, right or not."""
    try:
        loaded = manifests.load(text)
    except manifests.NotYaml:
        return None
    flat: list[Any] = []
    for one in loaded:
        flat += (
            one["items"] if isinstance(one, dict) and isinstance(one.get("items"), list) else [one]
        )
    known = [one for one in flat if isinstance(one, dict) and ({"kind", "configs"} & one.keys())]
    return known or None


def _chosen(
    objects: Iterable[Mapping[str, Any]], name: str, wanted: str
) -> str | Mapping[str, str]:
    found: dict[str, str | Mapping[str, str]] = {}
    for one in objects:
        found |= _of_object(one)
    found.pop(types.EXTRA_OPTIONS, None)
    if not found:
        message = f"cannot use {name}: it holds no configuration of the resource manager"
        hint = "give a document, a ConfigMap, a Shoot or a providerConfig"
        raise problem.Problem(message, hint)
    order = (wanted,) if wanted else (*_ORDER, *found)
    chosen = next((found[one] for one in order if one in found), None)
    if chosen is None:
        message = f"cannot use {name}: there is no configuration {wanted}"
        raise problem.Problem(message, f"there is {', '.join(found)}")
    return chosen


def _of_object(given: Mapping[str, Any]) -> dict[str, str | Mapping[str, str]]:
    """Give the configurations of an object, by TYPE."""
    kind = given.get("kind")
    if kind == "ConfigMap":
        called = str((given.get("metadata") or {}).get("name") or "")
        data = given.get("data")
        if not isinstance(data, dict) or not data:
            return {}
        return {called.removeprefix(_PREFIX): {str(key): str(data[key]) for key in data}}
    findings = Findings()
    path, texts = _configs(given, kind)
    judged = configs.judge(texts, Place(path, findings))
    if findings.count:
        raise ConfigProblems(findings.problems())
    return {key: text for key, text in judged.texts.items() if text is not None}


def _configs(given: Mapping[str, Any], kind: Any) -> tuple[str, Any]:
    """Give where the TYPEs of an object stand, and what stands there."""
    if kind in (None, "CriResmgrConfig"):
        return "configs", given.get("configs") or {}
    if kind == "ControllerDeployment":
        return "helm.values.configs", _at(given, "helm", "values", "configs") or {}
    for number, one in enumerate(_at(given, "spec", "extensions") or ()):
        if isinstance(one, Mapping) and one.get("type") == EXTENSION:
            path = f"spec.extensions[{number}].providerConfig.configs"
            return path, _at(one, "providerConfig", "configs") or {}
    return "", {}


def _at(given: Any, *steps: str) -> Any:
    for step in steps:
        given = given.get(step) if isinstance(given, Mapping) else None
    return given


def _refuse_type(name: str, wanted: str) -> None:
    if wanted:
        message = f"cannot use {name}: it is one document, without TYPEs to choose from"
        raise problem.Problem(message, f"leave away #{wanted}", exits.USAGE)


def _reader(root: str) -> Callable[[str], str | None]:
    """Give what reads files of the machine: below its root, and nothing of this one."""

    def read(path: str) -> str | None:
        if not root or not path.startswith(f"{root}/"):
            return None
        try:
            with Path(path).open(encoding="utf-8", errors="replace") as file:
                return file.read(64 * 1024)
        except OSError:
            return None

    return read
