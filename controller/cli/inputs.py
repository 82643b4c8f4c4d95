# SPDX-License-Identifier: Apache-2.0
"""What people hand to `render`, `validate` and `diff`: which form a file has, and its parts.

Forms: a providerConfig, a Shoot, an Extension object, a Cluster, a ControllerDeployment with
operator configs, the ConfigMap of operator configs. The form is told by `kind`; a mapping without a
kind, or an empty file, is a providerConfig in the legacy form.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from resmgr.config import configs, problem, provider

from .. import cluster as clusters
from .. import names

DEFAULT_VERSION = "1.34.0"
"""Kubernetes version for images when the file does not tell one."""

MAX_ALIASES = 100
"""YAML aliases in a file; a few kB with more of them can stand for gigabytes."""


class Unreadable(Exception):
    """The file is no YAML document or none of the forms."""


@dataclass(frozen=True, slots=True)
class Given:
    """One document that was handed over.

    `path` is where the providerConfig or the operator configs stand in it. `cluster` holds what
    is known of the shoot. `operator` is set for operator configs instead of a providerConfig.
    """

    form: str
    path: str
    provider_config: Any = None
    cluster: clusters.Cluster | None = None
    operator: Mapping[str, Any] | None = None

    def problems(self) -> tuple[tuple[problem.Problem, ...], tuple[problem.Problem, ...]]:
        """Judge it; give what is wrong and what is doubtful."""
        if self.operator is not None:
            return tuple(configs.check(dict(self.operator), self.path)[1]), ()
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


def read(text: str) -> list[Given]:
    """Read all documents of a file. Raises `Unreadable`."""
    try:
        aliases = sum(
            isinstance(event, yaml.AliasEvent)
            for event in yaml.parse(text, Loader=yaml.CSafeLoader)
        )
        if aliases > MAX_ALIASES:
            message = f"cannot read YAML: {aliases} aliases, at most {MAX_ALIASES} are accepted"
            raise Unreadable(message)
        documents = list(yaml.load_all(text, Loader=yaml.CSafeLoader))
    except yaml.YAMLError as error:
        message = f"cannot read YAML: {error}"
        raise Unreadable(message) from error
    return [_form(document) for document in documents or [None] if document or not documents[1:]]


def _form(document: Any) -> Given:
    kind = document.get("kind") if isinstance(document, dict) else None
    reader = _FORMS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        return Given("providerConfig", "providerConfig", document)
    try:
        return reader(document)
    except clusters.IncompleteCluster as error:
        raise Unreadable(str(error)) from error
    except (KeyError, TypeError, AttributeError) as error:
        message = f"cannot read {kind}: {type(error).__name__} {error}"
        raise Unreadable(message) from error


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
    return Given("Cluster", given.path, given.provider_config, clusters.parse(document))


def _extension(document: dict[str, Any]) -> Given:
    return Given("Extension", "spec.providerConfig", document["spec"].get("providerConfig"))


def _config_map(document: dict[str, Any]) -> Given:
    return Given("operator configs", "data", operator=document.get("data") or {})


def _deployment(document: dict[str, Any]) -> Given:
    helm = document.get("helm") or document.get("providerConfig") or {}
    values = helm.get("values") or {}
    prefix = "helm" if "helm" in document else "providerConfig"
    return Given(
        "operator configs", f"{prefix}.values.configs", operator=values.get("configs") or {}
    )


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
