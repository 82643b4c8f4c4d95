# SPDX-License-Identifier: Apache-2.0
"""The seed chart as a whole: it lints, renders everywhere, refuses wrong values (CHART-2)."""

import collections.abc
import json
import pathlib
import subprocess
import tomllib
import typing

import pytest
import yaml
from unit.charts import value_sets

from controller import logs

Object: typing.TypeAlias = dict[str, typing.Any]
Render: typing.TypeAlias = collections.abc.Callable[..., list[Object]]
RunHelm: typing.TypeAlias = collections.abc.Callable[..., subprocess.CompletedProcess[str]]

ROOT = pathlib.Path(__file__).resolve().parents[3]
CHART = ROOT / "charts" / "gardener-extension-cri-resmgr"
KINDS = [
    "ClusterRole",
    "ClusterRoleBinding",
    "ConfigMap",
    "ConfigMap",
    "Deployment",
    "PodDisruptionBudget",
    "Role",
    "RoleBinding",
    "Service",
    "ServiceAccount",
    "VerticalPodAutoscaler",
]
CLUSTER_SCOPED = {"ClusterRole", "ClusterRoleBinding"}
SEED_ONLY = "PrometheusRule"


def kinds(documents: list[Object]) -> list[str]:
    """Give the sorted kinds of documents."""
    return sorted(document["kind"] for document in documents)


def test_lint(run_helm: RunHelm) -> None:
    """Helm's own linter finds nothing to warn of."""
    done = run_helm("lint", "--strict", str(CHART))

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("place", value_sets.ALL)
def test_kinds(render: Render, place: str) -> None:
    """No place needs a value that is not injected, and only seeds get rules for a Prometheus."""
    expected = [*KINDS, SEED_ONLY] if place == "seed" else KINDS

    assert kinds(render(value_sets.ALL[place])) == sorted(expected)


@pytest.mark.parametrize("place", value_sets.ALL)
def test_namespace(render: Render, place: str) -> None:
    """Objects are in the release's namespace, the one of the seed's Prometheus, or in none."""
    for document in render(value_sets.ALL[place]):
        kind = document["kind"]
        namespaces = {**dict.fromkeys(CLUSTER_SCOPED), SEED_ONLY: "garden"}
        expected = namespaces.get(kind, "extension-cri-resmgr-x7k2p")

        assert document["metadata"].get("namespace") == expected, kind


def test_versions() -> None:
    """Chart, app and project carry the same version."""
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert chart["version"] == project["version"]
    assert chart["appVersion"] == f"v{project['version']}"


def test_log_levels() -> None:
    """The chart takes the log levels that the controller knows."""
    schema = json.loads((CHART / "values.schema.json").read_text())
    controller = schema["properties"]["controller"]["properties"]

    assert controller["logLevel"]["enum"] == list(logs.LEVELS)


def test_no_autoscaler(render: Render) -> None:
    """The VPA stays out of clusters that do not know its kind, and leaves no empty document."""
    documents = render({"vpa": {"enabled": False}})

    assert None not in documents
    assert "VerticalPodAutoscaler" not in kinds(documents)


def test_rules(render: Render, find: collections.abc.Callable[..., Object]) -> None:
    """A seed gets the rules that promtool tests, word for word, by the label that it selects."""
    rule = find(render(value_sets.SEED), SEED_ONLY)

    assert rule["spec"] == yaml.safe_load((CHART / "rules" / "seed.yaml").read_text())
    assert rule["metadata"]["labels"]["prometheus"] == "seed"


def test_no_rules(render: Render) -> None:
    """A seed that does not know the kind can go without rules."""
    documents = render({**value_sets.SEED, "monitoring": {"rules": {"enabled": False}}})

    assert None not in documents
    assert kinds(documents) == KINDS


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"replicas": 3}, "replicas"),
        ({"config": {"resyncPeriode": "1h"}}, "/config"),
        ({"config": {"resyncPeriod": "one hour"}}, "/config/resyncPeriod"),
        ({"config": {"resyncPeriod": 60}}, "/config/resyncPeriod"),
        ({"configs": {"defautl": "policy: {}"}}, "/configs"),
        ({"configs": {"default": {"policy": {"Active": "none"}}}}, "/configs/default"),
        ({"configs": {"node.": ""}}, "/configs"),
        ({"imageVectorOverwrite": {"images": []}}, "/imageVectorOverwrite"),
        ({"controller": {"maxConcurrentReconciles": 0}}, "/controller/maxConcurrentReconciles"),
        ({"monitoring": {"rules": {"enabled": "no"}}}, "/monitoring/rules/enabled"),
        ({"image": {"digest": "sha256:short"}}, "/image/digest"),
        ({"gardener": []}, "/gardener"),
    ],
)
def test_wrong_values(render: Render, values: Object, path: str) -> None:
    """A wrong value is refused with its path, not rendered."""
    with pytest.raises(ValueError, match="at '") as caught:
        render(values)

    assert path in str(caught.value)


@pytest.mark.parametrize(
    "name",
    [
        "default",
        "fallback",
        "force",
        "EXTRA_OPTIONS",
        "group.a_B-c.9",
        "node.ip-10-0-0-1.ec2.internal",
    ],
)
def test_every_type(render: Render, find: collections.abc.Callable[..., Object], name: str) -> None:
    """Every TYPE of configuration has its way through the values into the ConfigMap."""
    documents = render({"configs": {name: "policy:\n  Active: none\n"}})

    config_map = find(documents, "ConfigMap", "gardener-extension-cri-resmgr-configs")

    assert config_map["data"] == {name: "policy:\n  Active: none\n"}
