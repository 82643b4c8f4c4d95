# SPDX-License-Identifier: Apache-2.0
"""What people hand to `render`, `validate` and `diff`: which form a file has, and its parts.

Forms: a providerConfig, a Shoot, an Extension object, a Cluster; and with operator configs a
ControllerDeployment, gardener-operator's Extension, or the ConfigMap. The form is told by `kind`; a
mapping without a kind, or an empty file, is a providerConfig in the legacy form.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from resmgr.config import configs, manifests, problem, provider

from .. import cluster as clusters
from .. import names

DEFAULT_VERSION = "1.34.0"
"""Kubernetes version for images when the file does not tell one."""


class Unreadable(Exception):
    """The file is no YAML, none of the forms, or another one than is wanted."""


@dataclass(frozen=True, slots=True)
class Given:
    """One document that was handed over.

    `path` is where the providerConfig or the operator configs stand in it. `cluster` holds what
    is known of the shoot. `operator` is set for operator configs instead of a providerConfig,
    and `unjudged` names what stands beside them and is judged elsewhere.
    """

    form: str
    path: str
    provider_config: Any = None
    cluster: clusters.Cluster | None = None
    operator: Mapping[str, Any] | None = None
    unjudged: tuple[str, ...] = ()

    def problems(self) -> tuple[tuple[problem.Problem, ...], tuple[problem.Problem, ...]]:
        """Judge it; give what is wrong and what is doubtful."""
        if self.operator is not None:
            texts, problems = configs.check(dict(self.operator), self.path)
            return tuple(problems), () if problems else tuple(configs.warnings(texts, self.path))
        try:
            return (), self.parse().warnings
        except problem.ConfigProblems as problems:
            return problems.problems, ()

    def parse(self) -> provider.ProviderConfig:
        """Read the providerConfig. Raises `problem.ConfigProblems`."""
        pools = self.cluster.pools if self.cluster else None
        return provider.parse(self.provider_config, path=self.path, pools=pools)

    def facts(self, version: str | None) -> clusters.Cluster:
        """Give what is known of the shoot, or assume one pool on amd64 with this version."""
        if self.cluster is not None:
            return self.cluster
        return clusters.parse(_assumed(version or DEFAULT_VERSION))


NOTHING = Given("providerConfig", "providerConfig")
"""The extension enabled without a providerConfig."""


@dataclass(frozen=True, slots=True)
class Read:
    """The documents of a file that are ours, and what the others are (`KIND NAME`)."""

    given: tuple[Given, ...]
    foreign: tuple[str, ...] = ()


def read(text: str) -> Read:
    """Read all documents of a file, those in a List, too. Raises `Unreadable`."""
    try:
        loaded = manifests.load(text)
    except manifests.NotYaml as error:
        raise Unreadable(str(error)) from error
    if not loaded:
        return Read((NOTHING,))
    given, foreign = [], []
    for document in _flat(loaded):
        ours = form(document)
        if ours is not None:
            given.append(ours)
        else:
            name = (document.get("metadata") or {}).get("name") or ""
            foreign.append(f"{document['kind']} {name}".strip())
    return Read(tuple(given), tuple(foreign))


def one(text: str) -> Given:
    """Read the one document of a file that says what a shoot wants. Raises `Unreadable`."""
    found = read(text)
    wanted = [each for each in found.given if each.operator is None]
    if len(wanted) == 1:
        return wanted[0]
    seen = ", ".join([*(each.form for each in found.given), *found.foreign])
    count = "more than one" if wanted else "no"
    message = (
        f"cannot choose: {count} providerConfig, Shoot, Cluster or Extension of type "
        f"{names.EXTENSION_TYPE} in the file; it holds {seen}"
    )
    if any(each.operator is not None for each in found.given):
        message += "; hint: operator configs are given by --operator-configs"
    raise Unreadable(message)


def form(document: Any) -> Given | None:
    """Read one document as YAML or the API gives it; `None` if it is nothing of ours.

    Raises `Unreadable` for one of ours that is malformed.
    """
    kind = document.get("kind") if isinstance(document, dict) else None
    reader = _FORMS.get(kind) if isinstance(kind, str) else None
    try:
        if reader is not None:
            return reader(document)
        if kind is not None and not _is_provider_config(document):
            return None
    except clusters.IncompleteCluster as error:
        raise Unreadable(f"cannot read {kind}: {error.cause}") from error
    except (KeyError, TypeError, AttributeError) as error:
        message = f"cannot read {kind}: it is not complete or not of this kind ({error})"
        raise Unreadable(message) from error
    return replace(NOTHING, provider_config=document)


def _flat(loaded: list[Any]) -> list[Any]:
    flat: list[Any] = []
    for document in loaded:
        items = document.get("items") if isinstance(document, dict) else None
        is_list = isinstance(items, list) and str(document.get("kind", "")).endswith("List")
        flat += items if is_list and items else [document]
    return flat


def _is_provider_config(document: Mapping[str, Any]) -> bool:
    """Whether a document with an unknown kind may be a misspelt providerConfig of ours."""
    group = str(document.get("apiVersion") or "").partition("/")[0]
    return document["kind"] == provider.KIND or group in {"", provider.API_VERSION.split("/")[0]}


def _shoot(document: dict[str, Any]) -> Given:
    facts = clusters.parse(
        {"metadata": {"name": "shoot--project--name"}, "spec": {"shoot": document}}
    )
    for index, entry in enumerate(document["spec"].get("extensions") or ()):
        if entry.get("type") == names.EXTENSION_TYPE:
            path = f"spec.extensions[{index}].providerConfig"
            return Given("Shoot", path, entry.get("providerConfig"), facts)
    message = (
        f"cannot find our extension in the Shoot; hint: add to spec.extensions: "
        f"- type: {names.EXTENSION_TYPE}"
    )
    raise Unreadable(message)


def _cluster(document: dict[str, Any]) -> Given:
    given = _shoot(document["spec"]["shoot"])
    path = f"spec.shoot.{given.path}"
    return replace(given, form="Cluster", path=path, cluster=clusters.parse(document))


def _extension(document: dict[str, Any]) -> Given | None:
    if str(document.get("apiVersion")).startswith("operator.gardener.cloud/"):
        deployment = document["spec"].get("deployment") or {}
        values = (deployment.get("extension") or {}).get("values") or {}
        return _operator(values.get("configs"), "spec.deployment.extension.values.configs")
    spec = document["spec"]
    if spec.get("type") != names.EXTENSION_TYPE:
        return None
    return Given("Extension", "spec.providerConfig", spec.get("providerConfig"))


def _config_map(document: dict[str, Any]) -> Given | None:
    if document["metadata"]["name"] != names.OPERATOR_CONFIGS:
        return None
    return _operator(document.get("data"), "data")


def _deployment(document: dict[str, Any]) -> Given:
    key = "helm" if "helm" in document else "providerConfig"
    values = (document.get(key) or {}).get("values") or {}
    others = tuple(f"{key}.values.{name}" for name in sorted(values) if name != "configs")
    return replace(_operator(values.get("configs"), f"{key}.values.configs"), unjudged=others)


def _operator(texts: Any, path: str) -> Given:
    if texts is not None and not isinstance(texts, dict):
        message = f"cannot read {path}: must be a mapping of TYPE to text"
        raise Unreadable(message)
    return Given("operator configs", path, operator=texts or {})


_FORMS = {
    "Shoot": _shoot,
    "Cluster": _cluster,
    "Extension": _extension,
    "ConfigMap": _config_map,
    "ControllerDeployment": _deployment,
}


def _assumed(version: str) -> dict[str, Any]:
    worker = {"name": "worker", "machine": {"architecture": "amd64"}, "cri": {"name": "containerd"}}
    return {
        "metadata": {"name": "shoot--project--name"},
        "spec": {
            "shoot": {
                "apiVersion": "core.gardener.cloud/v1beta1",
                "spec": {"kubernetes": {"version": version}, "provider": {"workers": [worker]}},
            }
        },
    }
