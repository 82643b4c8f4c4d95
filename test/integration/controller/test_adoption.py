# SPDX-License-Identifier: Apache-2.0
"""Objects that the Go extension has left are taken over (Annex B, case 13; MR-3)."""

import base64
from datetime import UTC, datetime
from typing import Any

import brotli
import pytest
import yaml
from garden import replica
from garden.stage import MONITORING, NODE, Stage, operation

from controller import names
from controller.kube import paths

pytestmark = [
    pytest.mark.integration,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.usefixtures("running"),
]

LEGACY = {"configs": {"default": "policy:\n  Active: none\n"}, "nodeSelector": {"pool": "a"}}
OLD_DAEMON_SET = {
    "apiVersion": "apps/v1",
    "kind": "DaemonSet",
    "metadata": {"name": "cri-resource-manager-old", "namespace": "kube-system"},
    "spec": {
        "selector": {"matchLabels": {"app": "old"}},
        "template": {
            "metadata": {"labels": {"app": "old"}},
            "spec": {"containers": [{"name": "old", "image": "localhost/old"}]},
        },
    },
}
OLD_PATH = "/apis/apps/v1/namespaces/kube-system/daemonsets/cri-resource-manager-old"


async def make(seen: Stage, shoot: str, name: str, klass: str | None) -> None:
    """Make a ManagedResource as the Go extension does: origin gardener, a Secret of its own."""
    data = brotli.compress(yaml.safe_dump(OLD_DAEMON_SET).encode() if not klass else b"{}\n")
    if klass:
        data = brotli.compress(b"")
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": f"managedresource-{name}-0123abcd", "labels": {"origin": "gardener"}},
        "data": {"data.yaml.br": base64.b64encode(data).decode()},
    }
    await seen.seed.create(paths.secrets(shoot), secret)
    spec: dict[str, Any] = {"secretRefs": [{"name": secret["metadata"]["name"]}]}  # type: ignore[index]
    if klass:
        spec["class"] = klass
    else:
        spec["injectLabels"] = {"shoot.gardener.cloud/no-cleanup": "true"}
    resource = {
        "apiVersion": "resources.gardener.cloud/v1alpha1",
        "kind": "ManagedResource",
        "metadata": {"name": name, "labels": {"origin": "gardener"}},
        "spec": spec,
    }
    await seen.seed.create(paths.managed_resources(shoot), resource)
    await seen.manager.settled(shoot, name)


async def left_by_go(seen: Stage, provider_config: object = None) -> str:
    """Make a shoot that the Go extension has served: finalizer, status, ManagedResources."""
    shoot = await seen.prepare(cluster=False)
    await make(seen, shoot, NODE, None)
    await make(seen, shoot, MONITORING, "seed")
    # As one that waits for its state the object is left alone until it is complete.
    await seen.gardenlet.restore(shoot, provider_config, wait=False)
    await seen.change(shoot, finalizers=[names.FINALIZER])
    status = {
        "lastOperation": {
            "type": "Create",
            "state": "Succeeded",
            "progress": 100,
            "description": "Successfully reconciled Extension",
            "lastUpdateTime": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        },
        "observedGeneration": 1,
    }
    path = paths.extension(shoot, names.EXTENSION_TYPE)
    await seen.seed.patch(f"{path}/status", {"status": status})
    await seen.gardenlet.change(shoot, operation="Reconcile")
    await seen.change(shoot, annotations={names.OPERATION_ANNOTATION: None})
    return shoot


async def test_is_reconciled(seen: Stage) -> None:
    """The object of another program is a settled one, with the finalizer that we know (2.7)."""
    shoot = await left_by_go(seen)

    await seen.gardenlet.reconcile(shoot)
    obj = await seen.gardenlet.wait(shoot)

    assert operation(obj) == ("Reconcile", "Succeeded")
    assert obj["metadata"]["finalizers"] == [names.FINALIZER]


@pytest.mark.parametrize("name", [NODE, MONITORING])
async def test_managed_resources_are_ours(seen: Stage, name: str) -> None:
    """They are changed in place and get our origin, so gardenlet leaves them to us (4.2)."""
    shoot = await left_by_go(seen)
    before = await seen.managed(shoot, name)

    await seen.gardenlet.reconcile(shoot)
    await seen.gardenlet.wait(shoot)
    after = await seen.managed(shoot, name)

    assert before is not None
    assert after is not None
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    assert after["metadata"]["labels"]["origin"] == "cri-resmgr-extension"
    assert after["spec"]["secretRefs"] != before["spec"]["secretRefs"]
    assert after["spec"]["keepObjects"] is False


async def test_never_two_of_them(seen: Stage) -> None:
    """What the Go extension ran on the nodes goes when ours comes (MR-3)."""
    shoot = await left_by_go(seen)
    before = await seen.shoot.get(OLD_PATH)

    await seen.gardenlet.reconcile(shoot)
    await seen.healthy(shoot)

    found = await seen.shoot.get("/apis/apps/v1/namespaces/kube-system/daemonsets")
    running = [obj["metadata"]["name"] for obj in found["items"]]
    assert before["metadata"]["name"] not in running
    assert sorted(running) == [names.AGENT_DAEMONSET, names.INSTALLATION_DAEMONSET]


async def test_its_configuration_is_understood(seen: Stage) -> None:
    """The form of providerConfig without version and kind still counts (configs)."""
    shoot = await left_by_go(seen, LEGACY)

    await seen.gardenlet.reconcile(shoot)
    await seen.gardenlet.wait(shoot)

    daemon_set = await seen.one(shoot, "DaemonSet", names.INSTALLATION_DAEMONSET)
    arguments = daemon_set["spec"]["template"]["spec"]["containers"][0]["args"]
    assert '"pool":"a"' in "".join(arguments)
    config = await seen.one(shoot, "ConfigMap", f"{names.CONFIG_MAP_PREFIX}.default")
    assert "Active: none" in str(config["data"])


async def test_is_left_alone_until_asked(seen: Stage, running: replica.Replica) -> None:
    """Gardener says when things roll: the start of the new program is no reason (2.6)."""
    await running.stop()
    shoot = await left_by_go(seen)
    mark = await seen.marked()

    await running.start()
    await seen.fence()

    writes = [each for each in await seen.writes(mark, shoot) if "extensions/status" not in each]
    assert writes == []


async def test_is_deleted(seen: Stage) -> None:
    """An object that was never reconciled by us is finished by us, with all its Secrets."""
    shoot = await left_by_go(seen)

    await seen.gardenlet.disable(shoot)

    assert await seen.left(shoot) == set()


async def test_is_migrated(seen: Stage) -> None:
    """A migration keeps the old objects in the shoot, as any other."""
    shoot = await left_by_go(seen)

    await seen.gardenlet.migrate(shoot)

    assert (await seen.shoot.get(OLD_PATH))["metadata"]["name"] == "cri-resource-manager-old"
    assert await seen.left(shoot) == set()
