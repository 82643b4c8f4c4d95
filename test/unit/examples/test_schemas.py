# SPDX-License-Identifier: Apache-2.0
"""The schemas for examples refuse what Gardener refuses, so that their consent counts."""

import collections.abc
import copy
import json
import pathlib
import subprocess
import typing

import jsonschema
import pytest
import yaml

Object: typing.TypeAlias = dict[str, typing.Any]
Problems: typing.TypeAlias = collections.abc.Callable[..., list[str]]

ROOT = pathlib.Path(__file__).resolve().parents[3]
SCHEMAS = sorted((ROOT / "test" / "schemas").glob("*.schema.json"))


def changed(name: str, kind: str, path: str, value: object) -> Object:
    """Give a document of an example with one field set; path is dotted, numbers index lists."""
    documents = yaml.safe_load_all((ROOT / "examples" / name).read_text())
    (document,) = (document for document in documents if document["kind"] == kind)
    *parents, last = path.split(".")
    document = copy.deepcopy(document)
    at: typing.Any = document
    for step in parents:
        at = at[int(step)] if step.isdigit() else at[step]
    at[last] = value
    return typing.cast("Object", document)


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_well_formed(path: pathlib.Path) -> None:
    """Each schema is one by the meta-schema."""
    jsonschema.Draft202012Validator.check_schema(json.loads(path.read_text()))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("spec.extension", []),
        ("spec.extensions.0.typ", "x"),
        ("spec.extensions.0.providerConfig", "text"),
        ("spec.extensions.0.disabled", "yes"),
        ("spec.provider.workers.0.kubernetes", {"kubelet": {"systemReserved": {"cpu": "1"}}}),
        ("spec.provider.workers.0.kubernetes", {"kubelet": {"cpuManagerPolicy": "dynamic"}}),
        ("spec.provider.workers.0.labels", {"a": 1}),
        ("spec.provider.workers.0.minimum", "1"),
        ("spec.kubernetes.version", "v1.34"),
        ("spec.purpose", "fun"),
    ],
)
def test_shoot(problems: Problems, path: str, value: object) -> None:
    """A Shoot with a wrong or unknown field is refused."""
    assert problems(changed("shoot.yaml", "Shoot", path, value))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("spec.resources.0.globallyEnabled", True),
        ("spec.resources.0.autoEnable", ["garden"]),
        ("spec.resources.0.lifecycle.delete", "AfterWorker"),
        ("spec.resources.0.lifecycle.reconcile", "AfterNodes"),
        ("spec.resources.0.kind", "Worker"),
        ("spec.resources.0.reconcileTimeout", "3 minutes"),
        ("spec.resources.0.continuousEndpointUpdate", True),
        ("spec.deployment.policy", "Sometimes"),
        ("spec.deployment.seedSelector", {"matchLabels": {"a": "b"}}),
        ("spec.deployment.deploymentRefs", [{"name": "a"}, {"name": "b"}]),
        ("metadata.name", "not.a.label"),
        (
            "metadata.annotations",
            {"security.gardener.cloud/pod-security-enforce": "strict"},
        ),
    ],
)
def test_registration(problems: Problems, path: str, value: object) -> None:
    """A ControllerRegistration that gardener-apiserver would refuse is refused (section 1.1)."""
    document = changed("ctrldeploy-ctrlreg.yaml", "ControllerRegistration", path, value)

    assert problems(document)


def test_seed_selector_without_primary(problems: Problems) -> None:
    """A seed selector is fine as soon as no resource is primary."""
    document = changed(
        "ctrldeploy-ctrlreg.yaml", "ControllerRegistration", "spec.resources.0.primary", value=False
    )
    document["spec"]["deployment"]["seedSelector"] = {"matchLabels": {"a": "b"}}

    assert problems(document) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("spec", {}),
        ("helm.ociRepository", {"ref": "r.example.com/x:1"}),
        ("helm.rawChart", "not base64!"),
        ("helm.values", "text"),
        (
            "resources",
            [{"name": "a", "resourceRef": {"apiVersion": "v1", "kind": "Pod", "name": "b"}}],
        ),
    ],
)
def test_deployment(problems: Problems, path: str, value: object) -> None:
    """A ControllerDeployment with a wrong, unknown or excluded field is refused (section 1.2)."""
    document = changed("ctrldeploy-ctrlreg.yaml", "ControllerDeployment", path, value)

    assert problems(document)


@pytest.mark.parametrize(
    ("repository", "good"),
    [
        ({"ref": "r.example.com/x:1"}, True),
        ({"repository": "r.example.com/x", "tag": "1"}, True),
        ({"ref": "r.example.com/x:1", "tag": "1"}, False),
        ({"tag": "1"}, False),
        ({"repository": "r.example.com/x", "digest": "sha256:1"}, False),
    ],
)
def test_oci_repository(problems: Problems, repository: Object, *, good: bool) -> None:
    """A chart's place is a full reference or its parts, not both (section 1.2)."""
    document = changed(
        "operator-configs.yaml", "ControllerDeployment", "helm.ociRepository", repository
    )

    assert (problems(document) == []) == good


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("spec.deployment.extension.helm.rawChart", "eA=="),
        ("spec.deployment.extension.policy", 1),
        ("spec.resources.0.type", None),
        ("spec.resources.0.globallyEnabled", True),
    ],
)
def test_operator_extension(problems: Problems, path: str, value: object) -> None:
    """An Extension of gardener-operator with a field that would be pruned or refused is refused."""
    assert problems(changed("extension.yaml", "Extension", path, value))


@pytest.mark.parametrize(
    ("path", "value"),
    [("spec.scope", {}), ("spec.resources.requests.gpu", "1"), ("spec.resources.limits.cpu", 1)],
)
def test_adjustment(problems: Problems, path: str, value: object) -> None:
    """An Adjustment with a wrong or unknown field is refused."""
    assert problems(changed("adjustment.yaml", "Adjustment", path, value))


def test_legacy_registration(problems: Problems, tmp_path: pathlib.Path) -> None:
    """The old form keeps to the old schemas, and today's refuse its registration."""
    program = ROOT / "hacks" / "generate-controller-registration"
    subprocess.run([program, "--legacy", "--output", tmp_path], check=True, capture_output=True)
    text = (tmp_path / "ctrldeploy-ctrlreg-legacy.yaml").read_text()
    deployment, registration = yaml.safe_load_all(text)

    assert problems(deployment) == []
    assert problems(registration, "controllerregistration-legacy") == []
    assert problems(registration)
