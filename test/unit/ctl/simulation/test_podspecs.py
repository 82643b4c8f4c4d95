# SPDX-License-Identifier: Apache-2.0
"""Pods read from their manifests."""

from typing import Any

from unit.ctl.simulation import made

from ctl.simulation import podspecs, workloads
from ctl.simulation.podspecs import Variable
from resmgr.config.problem import Findings
from resmgr.model import Qos


def problems(manifest: Any) -> list[str]:
    """What is wrong with a manifest."""
    findings = Findings()
    workloads.read([manifest], "f", findings)
    return [str(one) for one in findings.problems()]


def test_what_a_manifest_says_is_read() -> None:
    """Containers in the order in which they begin; a sidecar is an init container that stays."""
    (spec,) = made.specs(
        made.pod(
            "a",
            made.one("main", "1", "1Gi", command=["run"], args=["-v"], image="i"),
            init=(made.one("first"), made.one("side", restartPolicy="Always")),
            labels={"app": "x"},
            annotations={"k": "v"},
        )
    )

    assert [one.name for one in spec.containers] == ["first", "side", "main"]
    assert [one.ends for one in spec.containers] == [True, False, False]
    assert (spec.labels, spec.annotations, spec.qos) == ({"app": "x"}, {"k": "v"}, Qos.BURSTABLE)
    assert (spec.containers[2].command, spec.containers[2].args) == (("run",), ("-v",))
    assert spec.full_name == "default/a"


def test_variables_have_values_or_fields() -> None:
    """Those from Secrets and the like are not known, and left out."""
    env = [
        {"name": "A", "value": "1"},
        {"name": "B", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
        {"name": "C", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
    ]
    (spec,) = made.specs(made.pod("a", made.one("c", env=env)))

    assert spec.containers[0].env == (Variable("A", "1"), Variable("B", field="metadata.name"))


def test_all_mistakes_are_told_at_once() -> None:
    """Each with its path."""
    manifest = {
        "kind": "Pod",
        "metadata": {"labels": {"a": 1}},
        "spec": {
            "initContainers": {"name": "x"},
            "containers": [
                {"name": "c", "command": "run", "env": {}},
                {"image": 5},
                {"name": "c", "env": ["x"]},
                "y",
            ],
        },
    }

    said = """
        spec.initContainers: expected a list of containers, got a mapping
        spec.containers[0].command: expected a list of texts, got text
        spec.containers[0].env: expected a list of variables, got a mapping
        spec.containers[1].image: expected text, got a number, put it in quotes
        spec.containers[1].name: missing, each container has a name
        spec.containers[2].env[0]: expected a mapping, got text
        spec.containers[3]: expected a mapping, got text
        spec: container "c" is there twice
        metadata.labels.a: expected text, got a number, put it in quotes
        metadata.name: missing, each pod has a name
    """
    lines = [line.strip() for line in said.strip().splitlines()]

    assert problems(manifest) == [f"f: Pod default/without a name: {line}" for line in lines]


def test_a_pod_without_containers_is_none() -> None:
    """It could never start."""
    manifest = {"kind": "Pod", "metadata": {"name": "a"}, "spec": {}}

    assert problems(manifest) == [
        "f: Pod default/a: spec.containers: missing, a pod has at least one container"
    ]
    assert podspecs.ContainerSpec("c").ends is False
