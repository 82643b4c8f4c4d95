# SPDX-License-Identifier: Apache-2.0
"""The way from the seed to the nodes of a shoot: two real API servers and a token requestor."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from garden import ground, nodes, shoots

from controller import kube, names, node_report, waiting
from controller.kube import connection, paths

pytestmark = pytest.mark.integration

ROLE = "cri-resmgr-nodes-for-test"


@pytest.fixture
async def reader(
    bare_ground: ground.Ground, controller_kubeconfig: Path
) -> AsyncIterator[node_report.Reader]:
    """A reader with the rights of the chart in the seed, and of the node part in the shoot."""
    rule = {"apiGroups": [""], "resources": ["nodes"], "verbs": ["get", "list"]}
    rbac = "/apis/rbac.authorization.k8s.io/v1"
    role = {"metadata": {"name": ROLE}, "rules": [rule]}
    binding = {
        "metadata": {"name": ROLE},
        "roleRef": {
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": "ClusterRole",
            "name": ROLE,
        },
        "subjects": [
            {
                "kind": "ServiceAccount",
                "name": names.ACCESS_SERVICE_ACCOUNT,
                "namespace": names.SHOOT_NAMESPACE,
            }
        ],
    }
    await bare_ground.shoot.create(f"{rbac}/clusterroles", role)
    await bare_ground.shoot.create(f"{rbac}/clusterrolebindings", binding)
    there = connection.load(controller_kubeconfig, {})
    clocks = waiting.Clocks(
        asyncio.get_running_loop().time,
        lambda: datetime.now(UTC),
        random.Random(1),  # noqa: S311 - no secret
    )
    async with kube.Client(there, clock=time.monotonic) as seed:
        yield node_report.Reader(
            seed,
            make_client=lambda shoot: kube.Client(shoot, clock=time.monotonic, timeout=5.0),
            clocks=clocks,
        )
    await bare_ground.shoot.delete(f"{rbac}/clusterrolebindings/{ROLE}")
    await bare_ground.shoot.delete(f"{rbac}/clusterroles/{ROLE}")


async def token(field: ground.Ground, shoot: str) -> None:
    """Wait until the resource manager has put a token into the access Secret."""
    requestor = field.resource_manager.tokens
    assert requestor is not None
    await requestor.issued((shoot, names.ACCESS_SECRET))


async def test_states_of_nodes(bare_ground: ground.Ground, reader: node_report.Reader) -> None:
    """The first read asks for a token; with it, states and reasons of the nodes can be read."""
    shoot = await bare_ground.gardenlet.prepare(bare_ground.name())
    await nodes.add(bare_ground.shoot, nodes.build("n1"), nodes.build("n2"), nodes.build("n3"))
    await nodes.publish(bare_ground.shoot, "n1", "rolled-back", "the gate failed")
    await nodes.publish(bare_ground.shoot, "n3", "active")
    with pytest.raises(node_report.NoAccess, match="no key token yet"):
        await reader.read(shoot, shoots.GENERIC_KUBECONFIG)
    await token(bare_ground, shoot)

    report = await reader.read(shoot, shoots.GENERIC_KUBECONFIG)

    assert report.nodes == (
        node_report.NodeState("n1", "rolled-back", "the gate failed"),
        node_report.NodeState("n3", "active", ""),
    )


async def test_missing_rights(bare_ground: ground.Ground, reader: node_report.Reader) -> None:
    """Before the node part's rules are in the shoot, there is no report and no other error."""
    shoot = await bare_ground.gardenlet.prepare(bare_ground.name())
    rbac = "/apis/rbac.authorization.k8s.io/v1/clusterroles"
    await bare_ground.shoot.patch(f"{rbac}/{ROLE}", {"rules": []})
    with pytest.raises(node_report.NoAccess):
        await reader.read(shoot, shoots.GENERIC_KUBECONFIG)
    await token(bare_ground, shoot)

    with pytest.raises(node_report.NoAccess, match="forbidden"):
        await reader.read(shoot, shoots.GENERIC_KUBECONFIG)


async def test_access_secret_stays_as_it_is(
    bare_ground: ground.Ground, reader: node_report.Reader
) -> None:
    """A second read does not write the access Secret again."""
    shoot = await bare_ground.gardenlet.prepare(bare_ground.name())
    with pytest.raises(node_report.NoAccess):
        await reader.read(shoot, shoots.GENERIC_KUBECONFIG)
    await token(bare_ground, shoot)
    path = paths.secret(shoot, names.ACCESS_SECRET)
    before = await bare_ground.seed.get(path)
    with pytest.raises(node_report.NoAccess):
        await reader.read(shoot, "missing")

    assert await bare_ground.seed.get(path) == before
