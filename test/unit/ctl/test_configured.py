# SPDX-License-Identifier: Apache-2.0
"""Configurations in all their forms."""

from pathlib import Path

import pytest

from ctl import configured, machines, problem

MACHINE = machines.parse("1x1x4x2")
DOCUMENT = "policy:\n  Active: static\n  ReservedResources: {CPU: 1}\n"
CONFIG_MAP = """
apiVersion: v1
kind: ConfigMap
metadata: {name: cri-resmgr-config.default}
data:
  policy: |
    Active: static
    ReservedResources: {CPU: 1}
"""
SHOOT = """
kind: Shoot
spec:
  extensions:
    - type: other
    - type: cri-resmgr-extension
      providerConfig:
        configs:
          fallback: "policy: {Active: none}"
          default: "policy: {Active: static, ReservedResources: {CPU: 1}}"
          group.batch: "policy: {Active: balloons, ReservedResources: {CPU: 1}}"
          EXTRA_OPTIONS: EXTRA_OPTIONS="--metrics-interval=30s"
"""
PROVIDER = "configs: {default: 'policy: {Active: static, ReservedResources: {CPU: 1}}'}"
OPERATOR = """
kind: ControllerDeployment
helm:
  values:
    configs: {default: "policy: {Active: static, ReservedResources: {CPU: 1}}"}
"""


@pytest.mark.parametrize(
    "text",
    [DOCUMENT, CONFIG_MAP, SHOOT, PROVIDER, OPERATOR, f"kind: List\nitems: [{PROVIDER}]"],
    ids=["document", "ConfigMap", "Shoot", "providerConfig", "ControllerDeployment", "List"],
)
def test_each_form_gives_the_policy(text: str) -> None:
    """The one of a node that is in no group."""
    found = configured.judge(text, "x")

    assert found.settings.policy.active == "static"
    assert found.policy(MACHINE, None).name == "static"


def test_a_type_can_be_named(tmp_path: Path) -> None:
    """By what stands behind the name of the file."""
    path = tmp_path / "shoot.yaml"
    path.write_text(SHOOT, encoding="utf-8")

    assert configured.read(f"{path}#group.batch").settings.policy.active == "balloons"
    with pytest.raises(problem.Problem, match=r"there is no configuration node.x") as error:
        configured.read(f"{path}#node.x")
    assert error.value.hint == "there is fallback, default, group.batch"


def test_a_document_has_no_types(tmp_path: Path) -> None:
    """There is nothing to choose from."""
    path = tmp_path / "c.yaml"
    path.write_text(DOCUMENT, encoding="utf-8")
    with pytest.raises(problem.Problem, match="it is one document, without TYPEs"):
        configured.read(f"{path}#default")


def test_all_mistakes_are_told_at_once() -> None:
    """A line each, with their paths, as the daemon tells them."""
    with pytest.raises(problem.Problem) as error:
        configured.judge("policy: {Actve: static, ReservedResource: {}}\nlog: {}", "c.yaml")

    lines = error.value.message.splitlines()
    assert lines[:2] == [
        "cannot use c.yaml: policy.Actve: unknown key, did you mean Active",
        "cannot use c.yaml: policy.ReservedResource: unknown key, did you mean ReservedResources",
    ]
    assert lines[2].startswith("cannot use c.yaml: log: unknown module")


def test_mistakes_in_a_shoot_have_the_path_in_it() -> None:
    """So that one finds them."""
    text = SHOOT.replace("Active: static", "Actve: static")
    with pytest.raises(problem.Problem) as error:
        configured.judge(text, "shoot.yaml")

    assert error.value.message == (
        "cannot use shoot.yaml: spec.extensions[1].providerConfig.configs.default.policy.Actve:"
        " unknown key, did you mean Active"
    )


@pytest.mark.parametrize(
    "text", ["kind: Shoot\nspec: {}", "kind: ConfigMap\ndata:", "kind: Service"]
)
def test_an_object_without_a_configuration_is_refused(text: str) -> None:
    """Nothing is taken for nothing."""
    with pytest.raises(problem.Problem):
        configured.judge(f"{text}\n", "x").policy(MACHINE, None)
