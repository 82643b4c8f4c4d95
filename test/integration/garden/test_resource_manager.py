# SPDX-License-Identifier: Apache-2.0
"""The stand-in resource manager behaves as the contract says of the real one."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from garden import resource_manager
from garden.ground import Ground

from controller import kube
from controller.kube import paths

pytestmark = pytest.mark.integration

Maker = Callable[..., Awaitable[dict[str, Any]]]

CONFIG_MAPS = "/api/v1/namespaces/kube-system/configmaps"


def config_map(name: str, **metadata: Any) -> dict[str, Any]:
    """Build a ConfigMap for the shoot."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": "kube-system", **metadata},
        "data": {"key": "value"},
    }


def condition(resource: dict[str, Any], kind: str) -> tuple[str, str]:
    """Read status and reason of a condition."""
    found = {c["type"]: c for c in resource["status"]["conditions"]}
    return found[kind]["status"], found[kind]["reason"]


async def test_applies_and_reports(bare_ground: Ground, make: Maker, shoot: str) -> None:
    """Manifests of a brotli secret arrive in the shoot, with labels, and the status says so."""
    await make(shoot, "a", config_map("one"), config_map("two"), injectLabels={"x": "y"})
    resource = await bare_ground.resource_manager.settled(shoot, "a")
    there = await bare_ground.shoot.get(f"{CONFIG_MAPS}/one")

    assert there["metadata"]["labels"]["x"] == "y"
    assert there["metadata"]["labels"][resource_manager.MANAGED_BY] == "gardener"
    assert there["metadata"]["annotations"][resource_manager.ORIGIN] == f"{shoot}/a"
    assert resource["metadata"]["finalizers"] == [resource_manager.FINALIZER]
    assert condition(resource, "ResourcesApplied") == ("True", "ApplySucceeded")
    assert condition(resource, "ResourcesHealthy") == ("True", "ResourcesHealthy")
    assert condition(resource, "ResourcesProgressing") == ("False", "ResourcesRolledOut")
    assert [entry["name"] for entry in resource["status"]["resources"]] == ["one", "two"]


async def test_removes_what_left_the_manifests(
    bare_ground: Ground, make: Maker, shoot: str
) -> None:
    """An object that is in the manifests no more is deleted, unless it is to be kept."""
    keep = {resource_manager.KEEP_OBJECT: "true"}
    gone, kept = config_map("gone"), config_map("kept", annotations=keep)
    await make(shoot, "a", config_map("stays"), gone, kept)
    await bare_ground.resource_manager.settled(shoot, "a")
    await make(shoot, "a", config_map("stays"))
    await bare_ground.resource_manager.settled(shoot, "a")
    listed = await bare_ground.shoot.get(CONFIG_MAPS)
    names = {obj["metadata"]["name"] for obj in listed["items"]}

    assert {"stays", "kept"} <= names
    assert "gone" not in names


async def test_serves_a_crd_before_its_objects(
    bare_ground: Ground, make: Maker, shoot: str
) -> None:
    """A CRD and an object of its kind may stand in one ManagedResource."""
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    names = {"kind": "Pear", "listKind": "PearList", "plural": "pears", "singular": "pear"}
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "pears.fruit.example"},
        "spec": {
            "group": "fruit.example",
            "scope": "Cluster",
            "names": names,
            "versions": [version],
        },
    }
    pear = {"apiVersion": "fruit.example/v1", "kind": "Pear", "metadata": {"name": "conference"}}
    await make(shoot, "a", pear, definition)
    # The first try may come before the API server serves the kind: the next one succeeds.
    await bare_ground.resource_manager.resources.until(
        (shoot, "a"), lambda obj: "ApplySucceeded" in str(obj), what="to be applied"
    )

    assert await bare_ground.shoot.get("/apis/fruit.example/v1/pears/conference")


async def test_says_what_it_cannot_decode(bare_ground: Ground, make: Maker, shoot: str) -> None:
    """Data that is no YAML gives DecodingFailed and names the secret."""
    await make(shoot, "a", b"a: [unclosed")
    resource = await bare_ground.resource_manager.settled(shoot, "a")

    assert condition(resource, "ResourcesApplied") == ("False", "DecodingFailed")
    assert condition(resource, "ResourcesHealthy") == ("Unknown", "ChecksPending")


async def test_says_what_the_api_server_refuses(
    bare_ground: Ground, make: Maker, shoot: str
) -> None:
    """An object that the shoot refuses gives ApplyFailed with object and cause."""
    await make(shoot, "a", config_map("Not A Name"))
    resource = await bare_ground.resource_manager.settled(shoot, "a")
    message = resource["status"]["conditions"][0]["message"]

    assert condition(resource, "ResourcesApplied") == ("False", "ApplyFailed")
    assert "error during apply of object" in message
    assert "is invalid" in message


async def test_waits_for_a_secret(bare_ground: Ground, shoot: str) -> None:
    """A ManagedResource whose secret is missing says CannotReadSecret and recovers."""
    resource = {
        "apiVersion": "resources.gardener.cloud/v1alpha1",
        "kind": "ManagedResource",
        "metadata": {"name": "a"},
        "spec": {"secretRefs": [{"name": "late"}]},
    }
    await bare_ground.seed.create(paths.managed_resources(shoot), resource)
    first = await bare_ground.resource_manager.settled(shoot, "a")
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "late"}}
    await bare_ground.seed.create(paths.secrets(shoot), secret)
    last = await bare_ground.resource_manager.resources.until(
        (shoot, "a"),
        lambda obj: obj is not None and condition(obj, "ResourcesApplied")[0] == "True",
    )

    assert condition(first, "ResourcesApplied") == ("False", "CannotReadSecret")
    assert last is not None


@pytest.mark.parametrize("keep", [False, True])
async def test_deletes_objects_with_their_managed_resource(
    bare_ground: Ground, make: Maker, shoot: str, *, keep: bool
) -> None:
    """The objects go with the ManagedResource, with keepObjects they stay."""
    await make(shoot, "a", config_map("one"), keepObjects=keep)
    await bare_ground.resource_manager.settled(shoot, "a")
    await bare_ground.seed.delete(paths.managed_resource(shoot, "a"))
    await bare_ground.resource_manager.resources.gone((shoot, "a"))
    listed = await bare_ground.shoot.get(CONFIG_MAPS)

    assert ("one" in {obj["metadata"]["name"] for obj in listed["items"]}) is keep


async def test_brings_class_seed_to_the_seed(bare_ground: Ground, make: Maker, shoot: str) -> None:
    """Objects of class seed arrive in the seed, under a finalizer of that class."""
    rule = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "r", "namespace": shoot},
    }
    await make(shoot, "a", rule, **{"class": "seed"})
    resource = await bare_ground.resource_manager.settled(shoot, "a")

    assert resource["metadata"]["finalizers"] == [f"{resource_manager.FINALIZER}-seed"]
    assert await bare_ground.seed.get(
        f"/apis/monitoring.coreos.com/v1/namespaces/{shoot}/prometheusrules/r"
    )


async def test_leaves_other_classes_alone(bare_ground: Ground, make: Maker, shoot: str) -> None:
    """A ManagedResource of a class that is not ours gets neither finalizer nor status."""
    await make(shoot, "a", config_map("one"), **{"class": "other"})
    await make(shoot, "b", config_map("two"))
    await bare_ground.resource_manager.settled(shoot, "b")
    resource = await bare_ground.seed.get(paths.managed_resource(shoot, "a"))

    assert "finalizers" not in resource["metadata"]
    assert "status" not in resource


async def test_shows_what_is_switched(bare_ground: Ground, make: Maker, shoot: str) -> None:
    """The switches change the conditions of their shoot and nothing else, and back."""
    await make(shoot, "a", config_map("one"))
    manager = bare_ground.resource_manager
    await manager.settled(shoot, "a")
    seen = []
    for changes, kind, wanted in (
        ({"unhealthy": "1 of 3 pods"}, "ResourcesHealthy", ("False", "DaemonSetUnhealthy")),
        ({"unhealthy": ""}, "ResourcesHealthy", ("True", "ResourcesHealthy")),
        ({"progressing": "1 of 3"}, "ResourcesProgressing", ("True", "DaemonSetProgressing")),
        ({"failing": "no"}, "ResourcesApplied", ("False", "ApplyFailed")),
    ):
        manager.switch(shoot, **changes)
        seen.append(
            await manager.resources.until(
                (shoot, "a"),
                lambda obj, kind=kind, wanted=wanted: (  # type: ignore[misc]
                    obj is not None and condition(obj, kind) == wanted
                ),
            )
        )

    assert len(seen) == 4


async def test_is_not_there_when_down(bare_ground: Ground, make: Maker, shoot: str) -> None:
    """While down nothing happens, not even a deletion; it is made up for afterwards."""
    await make(shoot, "a", config_map("one"))
    await bare_ground.resource_manager.settled(shoot, "a")
    bare_ground.resource_manager.switch(shoot, down=True)
    answer = await bare_ground.seed.delete(paths.managed_resource(shoot, "a"))
    with pytest.raises(TimeoutError):
        await bare_ground.resource_manager.resources.gone((shoot, "a"), timeout=0.5)
    bare_ground.resource_manager.switch(shoot, down=False)
    await bare_ground.resource_manager.resources.gone((shoot, "a"))

    assert answer["metadata"]["finalizers"] == [resource_manager.FINALIZER]


async def test_goes_on_after_a_restart_of_the_api_server(
    bare_ground: Ground, make: Maker, shoot: str
) -> None:
    """What comes after the seed's API server was away is done as before."""
    await make(shoot, "a", config_map("one"))
    await bare_ground.resource_manager.settled(shoot, "a")
    await bare_ground.seed_server.restart_api_server(kill=True)
    await make(shoot, "b", config_map("two"))
    resource = await bare_ground.resource_manager.settled(shoot, "b")

    assert condition(resource, "ResourcesApplied") == ("True", "ApplySucceeded")


async def test_shows_the_states_between(bare_ground: Ground, make: Maker, shoot: str) -> None:
    """Step by step, the health is pending before it is good."""
    manager = bare_ground.resource_manager
    manager.switch(shoot, stepwise=True)
    seen: list[tuple[str, str]] = []

    def note(key: tuple[str, str], obj: dict[str, Any] | None) -> None:
        if key == (shoot, "a") and obj is not None and "status" in obj:
            seen.append(condition(obj, "ResourcesHealthy"))

    manager.resources.listen(note)
    await make(shoot, "a", config_map("one"))
    await manager.settled(shoot, "a")

    assert seen[0] == ("Unknown", "ChecksPending")
    assert seen[-1] == ("True", "ResourcesHealthy")


async def test_keeps_an_access_token(bare_ground: Ground, shoot: str) -> None:
    """An access secret gets a token that the shoot accepts for its ServiceAccount."""
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": "shoot-access-x",
            "labels": {
                "resources.gardener.cloud/purpose": "token-requestor",
                "resources.gardener.cloud/class": "shoot",
            },
            "annotations": {
                "serviceaccount.resources.gardener.cloud/name": "x",
                "serviceaccount.resources.gardener.cloud/namespace": "kube-system",
            },
        },
    }
    await bare_ground.seed.create(paths.secrets(shoot), secret)
    tokens = bare_ground.resource_manager.tokens
    assert tokens is not None
    token = await tokens.issued((shoot, "shoot-access-x"))
    async with bare_ground.shoot_server.client(token) as client:
        review = await client.create(
            "/apis/authentication.k8s.io/v1/selfsubjectreviews",
            {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"},
        )
        with pytest.raises(kube.Forbidden):
            await client.get(paths.NODES)

    assert review["status"]["userInfo"]["username"] == "system:serviceaccount:kube-system:x"


async def test_repeats_nothing_without_a_change(
    bare_ground: Ground, make: Maker, shoot: str
) -> None:
    """A resync that finds everything in place writes nothing."""
    await make(shoot, "a", config_map("one"))
    before = await bare_ground.resource_manager.settled(shoot, "a")
    bare_ground.resource_manager.resync()
    await make(shoot, "b", config_map("two"))
    await bare_ground.resource_manager.settled(shoot, "b")
    after = await bare_ground.seed.get(paths.managed_resource(shoot, "a"))

    assert after["metadata"]["resourceVersion"] == before["metadata"]["resourceVersion"]


def rolled_out(healthy: str) -> Callable[[dict[str, Any] | None], bool]:
    """Tell whether nothing rolls any more, and the health is as it should be."""

    def holds(resource: dict[str, Any] | None) -> bool:
        if resource is None:
            return False
        kinds = ("ResourcesProgressing", "ResourcesHealthy")
        return [condition(resource, kind)[0] for kind in kinds] == ["False", healthy]

    return holds


async def test_looks_at_daemon_sets_where_pods_are(
    bare_ground: Ground, make: Maker, shoot: str
) -> None:
    """With nodes behind the shoot, health and progress are what its DaemonSets say."""
    bare_ground.resource_manager.switch(shoot, down=True)
    labels = {"app": "one"}
    template = {
        "metadata": {"labels": labels},
        "spec": {"containers": [{"name": "one", "image": "localhost/one:1"}]},
    }
    daemon_set = {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": "one", "namespace": "kube-system"},
        "spec": {"selector": {"matchLabels": labels}, "template": template},
    }
    counts = {
        "desiredNumberScheduled": 2,
        "currentNumberScheduled": 2,
        "updatedNumberScheduled": 2,
        "numberMisscheduled": 0,
        "numberReady": 0,
        "observedGeneration": 1,
    }
    path = "/apis/apps/v1/namespaces/kube-system/daemonsets/one/status"
    said = []
    async with resource_manager.ResourceManager(
        bare_ground.seed, bare_ground.shoot, pods=True
    ) as manager:
        await make(shoot, "a", daemon_set)
        said.append(await manager.settled(shoot, "a"))
        for unavailable, healthy in ((2, "False"), (0, "True")):
            status = counts | {"numberUnavailable": unavailable}
            await bare_ground.shoot.patch(path, {"status": status})
            found = await manager.resources.until((shoot, "a"), rolled_out(healthy))
            assert found is not None
            said.append(found)

    assert [condition(each, "ResourcesHealthy")[0] for each in said] == ["False", "False", "True"]
    assert [condition(each, "ResourcesProgressing")[0] for each in said] == [
        "True",
        "False",
        "False",
    ]
