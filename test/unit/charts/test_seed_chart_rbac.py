# SPDX-License-Identifier: Apache-2.0
"""The rights of the controller are narrow (section 7.4)."""

import collections.abc
import typing

import pytest
from unit.charts import value_sets

from controller import names

Object: typing.TypeAlias = dict[str, typing.Any]
Render: typing.TypeAlias = collections.abc.Callable[..., list[Object]]
Find: typing.TypeAlias = collections.abc.Callable[..., Object]

PREFIX = "extensions.gardener.cloud:extension-cri-resmgr-extension"


def rights(role: Object) -> dict[tuple[str, str, tuple[str, ...]], set[str]]:
    """Give (group, resource, names) -> verbs of a role."""
    found: dict[tuple[str, str, tuple[str, ...]], set[str]] = {}
    for rule in role["rules"]:
        for group in rule["apiGroups"]:
            for resource in rule["resources"]:
                key = (group, resource, tuple(rule.get("resourceNames", ())))
                found.setdefault(key, set()).update(rule["verbs"])
    return found


@pytest.mark.parametrize("place", value_sets.ALL)
def test_no_wildcards(render: Render, place: str) -> None:
    """No rule has a wildcard in groups, resources, names or verbs."""
    roles = [d for d in render(value_sets.ALL[place]) if d["kind"] in {"ClusterRole", "Role"}]
    words = [
        word for role in roles for rule in role["rules"] for part in rule.values() for word in part
    ]

    assert len(roles) == 2
    assert not [word for word in words if "*" in word]


def test_cluster_role(render: Render, find: Find) -> None:
    """In the seed the controller has exactly the rights that its work needs."""
    reading = {"get", "list", "watch"}

    assert rights(find(render(), "ClusterRole")) == {
        ("extensions.gardener.cloud", "extensions", ()): reading | {"patch"},
        ("extensions.gardener.cloud", "extensions/status", ()): {"patch"},
        ("extensions.gardener.cloud", "clusters", ()): reading,
        ("resources.gardener.cloud", "managedresources", ()): (
            reading | {"create", "patch", "delete"}
        ),
        ("", "secrets", ()): {"get", "create", "delete"},
        ("", "events", ()): {"create"},
    }


def test_role(render: Render, find: Find) -> None:
    """In its own namespace it has its Leases and the operator's configs, by name."""
    leases = (names.HEARTBEAT_LEASE, names.LEADER_ELECTION_LEASE)

    assert rights(find(render(), "Role")) == {
        ("coordination.k8s.io", "leases", ()): {"create"},
        ("coordination.k8s.io", "leases", leases): {"get", "update", "patch"},
        ("", "configmaps", (names.OPERATOR_CONFIGS,)): {"get", "list", "watch"},
    }


@pytest.mark.parametrize("scope", ["Cluster", ""])
def test_bindings(render: Render, find: Find, scope: str) -> None:
    """Each role is bound to the ServiceAccount that the pods run with."""
    documents = render()
    role = find(documents, f"{scope}Role")
    binding = find(documents, f"{scope}RoleBinding")
    account = find(documents, "ServiceAccount")["metadata"]
    pods = find(documents, "Deployment")["spec"]["template"]["spec"]

    assert binding["roleRef"]["kind"] == role["kind"]
    assert binding["roleRef"]["name"] == role["metadata"]["name"]
    assert role["metadata"]["name"].startswith(f"{PREFIX}:")
    assert binding["subjects"] == [
        {"kind": "ServiceAccount", "name": account["name"], "namespace": account["namespace"]}
    ]
    assert pods["serviceAccountName"] == account["name"]


def test_two_installations(render: Render, find: Find) -> None:
    """A runtime cluster that is a seed as well holds both ClusterRoles without a clash."""
    seed = find(render(value_sets.SEED), "ClusterRole")["metadata"]["name"]
    runtime = find(render(value_sets.RUNTIME_CLUSTER), "ClusterRole")["metadata"]["name"]

    assert seed != runtime


def test_fixed_names(render: Render, find: Find) -> None:
    """Chart and controller mean the same objects."""
    documents = render()
    args = find(documents, "Deployment")["spec"]["template"]["spec"]["containers"][0]["args"]

    assert find(documents, "Deployment")["metadata"]["name"] == names.EXTENSION_NAME
    assert find(documents, "ConfigMap", names.OPERATOR_CONFIGS)
    assert f"--leader-election-id={names.LEADER_ELECTION_LEASE}" in args
