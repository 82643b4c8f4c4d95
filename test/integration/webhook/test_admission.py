# SPDX-License-Identifier: Apache-2.0
"""A real API server asks the webhook by the configurations of its chart."""

import json
from typing import Any

import pytest
from integration.webhook import conftest

PODS = "/api/v1/namespaces/{}/pods"
CONFIG_MAPS = "/api/v1/namespaces/{}/configmaps"
ANNOTATION = "intel.com/resources"

pytestmark = pytest.mark.integration


def pod(name: str, **annotations: str) -> dict[str, Any]:
    """Write a pod whose name the clean-up knows."""
    resources = {"requests": {"cpu": "0.5", "memory": "100Mi"}, "limits": {"cpu": "1000m"}}
    container = {"name": "c", "image": "none", "resources": resources}
    return {
        "metadata": {"name": f"asks-{name}", "annotations": annotations},
        "spec": {"containers": [container]},
    }


def config_map(name: str, **data: str) -> dict[str, Any]:
    """Write a ConfigMap."""
    return {"metadata": {"name": name}, "data": data}


async def test_a_pod_is_stored_with_its_resources(cluster: conftest.Cluster) -> None:
    """As the API server has them, in canonical form."""
    answer = await cluster.create(PODS.format("tenant"), pod("one"))
    annotation = json.loads(answer.object["metadata"]["annotations"][ANNOTATION])

    assert answer.status == 201
    assert annotation == {
        "initContainers": {},
        "containers": {
            "c": {"limits": {"cpu": "1"}, "requests": {"cpu": "500m", "memory": "100Mi"}}
        },
    }


async def test_who_misspells_an_annotation_is_told(cluster: conftest.Cluster) -> None:
    """By a warning that kubectl prints; the pod is stored."""
    odd = {"prefer-isolated-cpu.cri-resource-manager.intel.com/pod": "true"}
    answer = await cluster.create(PODS.format("tenant"), pod("odd", **odd))

    assert answer.status == 201
    assert "did you mean prefer-isolated-cpus." in "".join(answer.warnings)


async def test_pods_of_the_system_are_let_be(cluster: conftest.Cluster) -> None:
    """They must come up whatever becomes of the webhook."""
    answer = await cluster.create(PODS.format("kube-system"), pod("system"))

    assert ANNOTATION not in answer.object["metadata"].get("annotations", {})


async def test_our_own_pods_are_let_be(cluster: conftest.Cluster) -> None:
    """Else none of them could come up when all are down, if `failurePolicy` were `Fail`."""
    own = pod("own")
    own["metadata"]["labels"] = {"app": "cri-resmgr-webhook"}
    answer = await cluster.create(PODS.format("tenant"), own)

    assert ANNOTATION not in answer.object["metadata"].get("annotations", {})


async def test_without_the_webhook_pods_are_stored(cluster: conftest.Cluster) -> None:
    """Without the annotation: the daemon estimates then."""
    await cluster.end()
    answer = await cluster.create(PODS.format("tenant"), pod("alone"))

    assert answer.status == 201
    assert ANNOTATION not in answer.object["metadata"].get("annotations", {})


async def test_a_wrong_configuration_is_not_stored(cluster: conftest.Cluster) -> None:
    """Who writes it reads why."""
    given = config_map("cri-resmgr-config.default", policy="Actve: none\n")
    answer = await cluster.create(CONFIG_MAPS.format("kube-system"), given)

    assert answer.status == 400
    assert "data.policy.Actve: unknown key, did you mean Active" in answer.object["message"]


async def test_a_right_configuration_is_stored(cluster: conftest.Cluster) -> None:
    """And doubts come with it."""
    given = config_map("cri-resmgr-config.group.fast", policy="Active: static\n")
    answer = await cluster.create(CONFIG_MAPS.format("kube-system"), given)

    assert answer.status == 201
    assert "ReservedResources" in "".join(answer.warnings)


async def test_other_config_maps_are_not_judged(cluster: conftest.Cluster) -> None:
    """Neither others' nor those of other namespaces."""
    given = config_map("cri-resmgr-config.default", polcy="x")
    answer = await cluster.create(CONFIG_MAPS.format("tenant"), given)

    assert answer.status == 201
