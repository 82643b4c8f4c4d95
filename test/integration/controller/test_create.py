# SPDX-License-Identifier: Apache-2.0
"""A shoot enables the extension: what is there afterwards (Annex B, case 1)."""

import base64
import dataclasses
import hashlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from garden import audit, ground, replica, stage

from controller import names

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]

TEXT = "policy:\n  Active: balloons\n  ReservedResources:\n    CPU: 750m\n"
PROVIDER_CONFIG = {
    "apiVersion": "cri-resmgr.extensions.gardener.cloud/v1alpha1",
    "kind": "CriResmgrConfig",
    "configs": {"default": TEXT},
    "workerPools": ["worker"],
}


@dataclasses.dataclass(frozen=True)
class Created:
    """What there is after a create."""

    asked: dict[str, Any]
    extension: dict[str, Any]
    node: dict[str, Any]
    node_secret: dict[str, Any]
    monitoring: dict[str, Any]
    monitoring_secret: dict[str, Any]
    content: list[dict[str, Any]]
    requests: list[audit.Request]
    secrets: set[str]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def created(field: ground.Ground, running: replica.Replica) -> AsyncIterator[Created]:
    """A shoot that has just enabled the extension with a providerConfig, and is healthy."""
    assert running.pid
    seen = stage.Stage(field)
    mark = await seen.marked()
    shoot = await seen.prepare()
    asked = await seen.gardenlet.deploy(shoot, PROVIDER_CONFIG)
    await seen.gardenlet.wait(shoot)
    extension = await seen.healthy(shoot)
    node, monitoring = await seen.managed(shoot), await seen.managed(shoot, stage.MONITORING)
    assert node is not None
    assert monitoring is not None
    yield Created(
        asked=asked,
        extension=extension,
        node=node,
        node_secret=await seen.secret(shoot),
        monitoring=monitoring,
        monitoring_secret=await seen.secret(shoot, stage.MONITORING),
        content=await seen.content(shoot),
        requests=await seen.requests(mark, shoot),
        secrets=await seen.secrets(shoot),
    )
    await seen.gardenlet.disable(shoot)


async def test_ends_succeeded(created: Created) -> None:
    """The status says Create, Succeeded, 100, for this generation, without an error (2.5)."""
    status = created.extension["status"]
    last = status["lastOperation"]

    assert (last["type"], last["state"], last["progress"]) == ("Create", "Succeeded", 100)
    assert status["observedGeneration"] == created.asked["metadata"]["generation"]
    assert "lastError" not in status


async def test_times_have_whole_seconds_in_utc(created: Created) -> None:
    """Times in the status are written as Gardener's (2.5)."""
    time = created.extension["status"]["lastOperation"]["lastUpdateTime"]

    assert len(time) == len("2026-01-01T00:00:00Z")
    assert time.endswith("Z")


async def test_finalizer_is_the_known_one(created: Created) -> None:
    """The object carries our finalizer and no other, none of kopf's (2.7, 2.9)."""
    assert created.extension["metadata"]["finalizers"] == [names.FINALIZER]


async def test_annotations(created: Created) -> None:
    """The operation annotation has gone, the timestamp is untouched, nothing was added (2.4)."""
    timestamp = created.asked["metadata"]["annotations"][names.TIMESTAMP_ANNOTATION]

    assert created.extension["metadata"]["annotations"] == {names.TIMESTAMP_ANNOTATION: timestamp}


async def test_node_managed_resource(created: Created) -> None:
    """The node part is of no class, guarded against clean-up, of our own origin (4.2, MR-3)."""
    spec, labels = created.node["spec"], created.node["metadata"]["labels"]

    assert spec == {
        "injectLabels": {"shoot.gardener.cloud/no-cleanup": "true"},
        "keepObjects": False,
        "secretRefs": [{"name": created.node_secret["metadata"]["name"]}],
    }
    assert labels["origin"] == "cri-resmgr-extension"


async def test_monitoring_managed_resource(created: Created) -> None:
    """Monitoring is of class seed and counts for the observability condition (MR-1, 5.1)."""
    spec, labels = created.monitoring["spec"], created.monitoring["metadata"]["labels"]

    assert (spec["class"], spec.get("injectLabels")) == ("seed", None)
    assert labels["care.gardener.cloud/condition-type"] == "ObservabilityComponentsHealthy"
    assert labels["origin"] == "cri-resmgr-extension"


@pytest.mark.parametrize("part", ["node", "monitoring"])
async def test_secret_is_named_by_its_data(created: Created, part: str) -> None:
    """Name and shape of the Secrets are those of Gardener's library (4.2)."""
    secret = getattr(created, f"{part}_secret")
    resource = getattr(created, part)["metadata"]["name"]
    ((key, value),) = secret["data"].items()
    one = hashlib.sha256(base64.b64decode(value)).hexdigest()
    checksum = hashlib.sha256(one.encode()).hexdigest()[:8]

    assert key == "data.yaml.br"
    assert secret["metadata"]["name"] == f"managedresource-{resource}-{checksum}"
    assert (secret["immutable"], secret["type"]) == (True, "Opaque")
    collectable = "resources.gardener.cloud/garbage-collectable-reference"
    assert secret["metadata"]["labels"][collectable] == "true"


@pytest.mark.parametrize("part", ["node", "monitoring"])
async def test_secret_is_referred_to(created: Created, part: str) -> None:
    """The reference annotation keeps the garbage collector away from the Secret (4.2)."""
    name = getattr(created, f"{part}_secret")["metadata"]["name"]
    key = hashlib.sha256(name.encode()).hexdigest()[:8]
    annotations = getattr(created, part)["metadata"]["annotations"]

    assert annotations[f"reference.resources.gardener.cloud/secret-{key}"] == name


async def test_no_secret_besides(created: Created) -> None:
    """A create makes the two Secrets that are in use and no other (2.9, 4.2)."""
    in_use = {
        secret["metadata"]["name"] for secret in (created.node_secret, created.monitoring_secret)
    }

    assert {name for name in created.secrets if name.startswith("managedresource-")} == in_use


async def test_objects_for_the_shoot_have_a_namespace(created: Created) -> None:
    """Whatever is namespaced goes to kube-system, by name (4.3)."""
    cluster_wide = {"ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition"}
    namespaces = {
        obj["metadata"].get("namespace")
        for obj in created.content
        if obj["kind"] not in cluster_wide
    }

    assert namespaces == {"kube-system"}


@pytest.mark.usefixtures("created")
async def test_configs_reach_the_shoot(field: ground.Ground) -> None:
    """The text of the providerConfig stands in the shoot's ConfigMap of its TYPE."""
    name = f"{names.CONFIG_MAP_PREFIX}.default"
    found = await field.shoot.get(f"/api/v1/namespaces/kube-system/configmaps/{name}")

    assert "balloons" in "".join(found["data"].values())


@pytest.mark.usefixtures("created")
async def test_daemon_set_reaches_the_shoot(field: ground.Ground) -> None:
    """The installation runs in the shoot and installs, it does not remove."""
    path = "/apis/apps/v1/namespaces/kube-system/daemonsets"
    found = await field.shoot.get(f"{path}/{names.INSTALLATION_DAEMONSET}")
    (container,) = found["spec"]["template"]["spec"]["containers"]

    assert "--remove" not in container["args"]


async def test_few_writes(created: Created) -> None:
    """A create costs at most 8 writes, its health conditions included."""
    writes = [f"{each.verb} {each.resource}" for each in created.requests if each.writes]

    assert 6 <= len(writes) <= 8, "\n".join(writes)


async def test_nothing_is_asked_twice(created: Created) -> None:
    """No request of a create fails, so none is a guess (2.9)."""
    failed = [request for request in created.requests if request.code >= 400]

    assert failed == []


async def test_testing_shoots_have_no_monitoring(
    seen: stage.Stage, running: replica.Replica
) -> None:
    """A shoot for testing gets no monitoring, and no condition about it (section 3, HC-2)."""
    assert running.pid
    shoot = await seen.enabled(purpose="testing")
    extension = await seen.until(shoot, lambda obj: stage.status(obj) == "True", "to be healthy")

    assert await seen.managed(shoot, stage.MONITORING) is None
    assert stage.condition(extension, stage.CONDITIONS[1]) == {}
