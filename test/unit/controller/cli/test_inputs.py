# SPDX-License-Identifier: Apache-2.0
"""The forms of what people hand over."""

import json
from typing import Any

import pytest

from controller import names
from controller.cli import inputs

CONFIG = {"configs": {"default": "policy:\n  Active: none\n"}}
SHOOT: dict[str, Any] = {
    "apiVersion": "core.gardener.cloud/v1beta1",
    "kind": "Shoot",
    "metadata": {"name": "one"},
    "spec": {
        "kubernetes": {"version": "1.33.1"},
        "extensions": [
            {"type": "other"},
            {"type": names.EXTENSION_TYPE, "providerConfig": CONFIG},
        ],
        "provider": {"workers": [{"name": "a", "machine": {"architecture": "arm64"}}]},
    },
}
CLUSTER = {"kind": "Cluster", "metadata": {"name": "shoot--x--one"}, "spec": {"shoot": SHOOT}}
EXTENSION = {
    "apiVersion": "extensions.gardener.cloud/v1alpha1",
    "kind": "Extension",
    "spec": {"type": names.EXTENSION_TYPE, "providerConfig": CONFIG},
}
CONFIG_MAP = {
    "kind": "ConfigMap",
    "metadata": {"name": names.OPERATOR_CONFIGS},
    "data": CONFIG["configs"],
}
DEPLOYMENT = {"kind": "ControllerDeployment", "helm": {"values": CONFIG}}
OLD_DEPLOYMENT = {"kind": "ControllerDeployment", "providerConfig": {"values": CONFIG}}
OPERATOR_EXTENSION = {
    "apiVersion": "operator.gardener.cloud/v1alpha1",
    "kind": "Extension",
    "spec": {"deployment": {"extension": {"values": CONFIG}}},
}


@pytest.mark.parametrize(
    ("document", "form", "path"),
    [
        (CONFIG, "providerConfig", "providerConfig"),
        (SHOOT, "Shoot", "spec.extensions[1].providerConfig"),
        (CLUSTER, "Cluster", "spec.shoot.spec.extensions[1].providerConfig"),
        (EXTENSION, "Extension", "spec.providerConfig"),
    ],
)
def test_a_provider_config_is_found(document: dict[str, Any], form: str, path: str) -> None:
    """In each form, with the path at which the person finds it."""
    given = inputs.one(json.dumps(document))

    assert (given.form, given.path) == (form, path)
    assert given.provider_config == CONFIG


@pytest.mark.parametrize(
    ("document", "path"),
    [
        (CONFIG_MAP, "data"),
        (DEPLOYMENT, "helm.values.configs"),
        (OLD_DEPLOYMENT, "providerConfig.values.configs"),
        (OPERATOR_EXTENSION, "spec.deployment.extension.values.configs"),
    ],
)
def test_operator_configs_are_found(document: dict[str, Any], path: str) -> None:
    """In each form; one without any is an empty mapping, judged as well."""
    (given,) = inputs.read(json.dumps(document)).given

    assert given.operator == CONFIG["configs"]
    assert given.path == path


def test_facts_come_from_the_shoot() -> None:
    """Version and architectures choose images."""
    facts = inputs.one(json.dumps(SHOOT)).facts("1.30.0")

    assert facts.kubernetes_version == "1.33.1"
    assert facts.architectures == ("arm64",)


def test_facts_are_assumed_when_the_file_has_none() -> None:
    """A version may be given, else it is the default; one pool on amd64."""
    given = inputs.one("")

    assert given.facts("1.30.0").kubernetes_version == "1.30.0"
    assert given.facts(None).kubernetes_version == inputs.DEFAULT_VERSION
    assert given.facts(None).architectures == ("amd64",)


@pytest.mark.parametrize("text", ["", "---\n---\n", "{}"])
def test_nothing_is_the_extension_without_a_provider_config(text: str) -> None:
    """An empty file says what an Extension without providerConfig says."""
    given = inputs.one(text)

    assert given.problems() == ((), ())
    assert given.parse().configs == {}


def test_items_of_a_list_are_read() -> None:
    """`kubectl get -o yaml` gives such lists."""
    listed = {
        "kind": "List",
        "items": [EXTENSION, {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}}],
    }

    found = inputs.read(json.dumps(listed))

    assert [given.form for given in found.given] == ["Extension"]
    assert found.foreign == ("Secret x",)


@pytest.mark.parametrize(
    "document",
    [
        {"kind": "Deployment", "apiVersion": "apps/v1"},
        {"kind": "ConfigMap", "metadata": {"name": "other"}},
        {"kind": "Extension", "spec": {"type": "other"}},
    ],
)
def test_what_is_not_ours_is_passed_over(document: dict[str, Any]) -> None:
    """Rendered charts and folders of manifests hold much else."""
    found = inputs.read(json.dumps(document))

    assert found.given == ()
    assert len(found.foreign) == 1


def test_a_misspelt_kind_of_ours_is_judged() -> None:
    """It is a providerConfig by its apiVersion, so its kind is a mistake and not another thing."""
    text = "apiVersion: cri-resmgr.extensions.gardener.cloud/v1alpha1\nkind: CriResmgrConfg\n"

    errors, _ = inputs.one(text).problems()

    assert [error.path for error in errors] == ["providerConfig.kind"]


@pytest.mark.parametrize(
    ("documents", "message"),
    [
        ([CONFIG_MAP], "hint: operator configs are given by --operator-configs"),
        ([SHOOT, EXTENSION], "more than one .* it holds Shoot, Extension"),
        (
            [{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}}],
            "no providerConfig.* it holds Secret x",
        ),
    ],
)
def test_one_wants_one(documents: list[dict[str, Any]], message: str) -> None:
    """The command could only guess which document is meant."""
    text = "\n---\n".join(json.dumps(document) for document in documents)

    with pytest.raises(inputs.Unreadable, match=message):
        inputs.one(text)


def test_operator_configs_beside_a_shoot_are_no_choice() -> None:
    """Only one of the documents says what a shoot wants."""
    text = f"{json.dumps(CONFIG_MAP)}\n---\n{json.dumps(SHOOT)}"

    assert inputs.one(text).form == "Shoot"


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({**SHOOT, "spec": {**SHOOT["spec"], "extensions": []}}, "- type: cri-resmgr-extension"),
        ({"kind": "Shoot", "spec": {}}, "^cannot read Shoot: the key 'kubernetes' is missing$"),
        ({"kind": "Cluster", "metadata": {"name": "x"}}, "cannot read Cluster: it is not complete"),
        ({"kind": "Extension", "spec": None}, "cannot read Extension: it is not complete"),
        ({**CONFIG_MAP, "data": ["x"]}, "cannot read data: must be a mapping"),
    ],
)
def test_a_malformed_object_of_ours_is_unreadable(document: dict[str, Any], message: str) -> None:
    """It is meant for us, so it is not passed over."""
    with pytest.raises(inputs.Unreadable, match=message):
        inputs.read(json.dumps(document))


def test_wrong_operator_configs_are_judged() -> None:
    """By the same judge as a shoot's, with their own paths."""
    text = json.dumps({**CONFIG_MAP, "data": {"defautl": "", "default": "policy: ["}})

    errors, warnings = inputs.read(text).given[0].problems()

    assert [error.path for error in errors] == ["data.defautl", "data.default"]
    assert warnings == ()


def test_doubtful_operator_configs_are_judged() -> None:
    """What is not wrong may still be no good."""
    text = json.dumps({**CONFIG_MAP, "data": {"default": "policy: {Active: balloons}"}})

    errors, warnings = inputs.read(text).given[0].problems()

    assert errors == ()
    assert [warning.path for warning in warnings] == ["data.default.policy.ReservedResources"]
