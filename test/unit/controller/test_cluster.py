# SPDX-License-Identifier: Apache-2.0
"""What a Cluster says about its shoot: the questions of section 3, row by row."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.controller import objects

from controller import cluster


def changed(**shoot: Any) -> objects.Object:
    """Build a Cluster whose shoot has other parts."""
    raw = objects.cluster()
    raw["spec"]["shoot"] |= shoot
    return raw


def test_an_ordinary_shoot() -> None:
    """Awake, with nodes, nothing special."""
    found = cluster.parse(objects.cluster())

    assert found.name == objects.NAMESPACE
    assert found.kubernetes_version == "1.34.4"
    assert found.purpose == "production"
    assert not found.hibernation_enabled
    assert not found.failed
    assert not found.force_deletion
    assert found.deleting_since is None
    assert not found.without_nodes


@pytest.mark.parametrize(("wanted", "reached"), [(True, False), (True, True), (False, True)])
def test_hibernation_is_what_the_spec_wants(*, wanted: bool, reached: bool) -> None:
    """The status differs from it on the way in and out, and does not count."""
    raw = objects.cluster(hibernation=wanted)
    raw["spec"]["shoot"]["status"]["hibernated"] = reached

    found = cluster.parse(raw)

    assert found.hibernation_enabled is wanted


@pytest.mark.parametrize(
    ("facts", "without"),
    [
        ({}, False),
        ({"hibernation": True}, True),
        ({"deleting": True}, True),
        ({"pools": ()}, True),
        ({"failed": True}, False),
    ],
)
def test_when_no_node_can_be_there(facts: dict[str, Any], *, without: bool) -> None:
    """Hibernated, being deleted or workerless (6.6)."""
    assert cluster.parse(objects.cluster(**facts)).without_nodes is without


@pytest.mark.parametrize(
    ("annotation", "deleting", "force"),
    [("true", True, True), ("true", False, False), ("false", True, False), (None, True, False)],
)
def test_force_needs_the_annotation_and_a_deletion(
    annotation: str | None, *, deleting: bool, force: bool
) -> None:
    """Both, and the word is `true` (2.7)."""
    raw = objects.cluster(deleting=deleting)
    if annotation:
        annotations = raw["spec"]["shoot"]["metadata"]["annotations"]
        annotations["confirmation.gardener.cloud/force-deletion"] = annotation

    assert cluster.parse(raw).force_deletion is force


def test_a_failed_shoot() -> None:
    """Its last operation's state says so."""
    assert cluster.parse(objects.cluster(failed=True)).failed


def test_pools_with_their_defaults() -> None:
    """Containerd and amd64 where nothing else is said."""
    found = cluster.parse(objects.cluster(pools=({"name": "a"},)))

    (pool,) = found.pools
    assert (pool.name, pool.cri, pool.control_plane) == ("a", "containerd", False)
    assert (pool.cpu_manager_policy, dict(pool.labels)) == ("", {})
    assert found.architectures == ("amd64",)


def test_pools_with_everything() -> None:
    """CRI, labels, control plane, kubelet and machine of their own."""
    pool = {
        "name": "b",
        "cri": {"name": "other"},
        "labels": {"x": "y"},
        "controlPlane": {},
        "kubernetes": {"kubelet": {"cpuManagerPolicy": "static"}},
        "machine": {"architecture": "arm64"},
    }

    found = cluster.parse(objects.cluster(pools=({"name": "a"}, pool)))

    second = found.pools[1]
    assert (second.cri, second.control_plane, dict(second.labels)) == ("other", True, {"x": "y"})
    assert second.cpu_manager_policy == "static"
    assert found.architectures == ("amd64", "arm64")


def test_the_kubelet_of_the_shoot_counts_for_pools_without_one_of_their_own() -> None:
    """A pool's own setting counts over it."""
    own = {"name": "b", "kubernetes": {"kubelet": {"cpuManagerPolicy": "none"}}}
    raw = objects.cluster(pools=({"name": "a"}, own))
    raw["spec"]["shoot"]["spec"]["kubernetes"]["kubelet"] = {"cpuManagerPolicy": "static"}

    found = cluster.parse(raw)

    assert [pool.cpu_manager_policy for pool in found.pools] == ["static", "none"]


def test_the_generic_kubeconfigs_secret() -> None:
    """Named by an annotation, with a fallback."""
    named = objects.cluster()
    named["metadata"]["annotations"] = {
        "generic-token-kubeconfig.secret.gardener.cloud/name": "generic-token-kubeconfig-1234"
    }

    assert cluster.parse(named).generic_kubeconfig == "generic-token-kubeconfig-1234"
    assert cluster.parse(objects.cluster()).generic_kubeconfig == "generic-token-kubeconfig"


HALF_WRITTEN: list[Any] = [
    None,
    {},
    {"metadata": {}},
    {"spec": None},
    {"spec": {}},
    {"spec": {"kubernetes": {}, "provider": {}}},
    {"spec": {"kubernetes": {"version": "1.34.4"}}},
    {"spec": {"kubernetes": "1.34", "provider": {}}},
    {"spec": {"kubernetes": {"version": "1.34.4"}, "provider": {"workers": [{}]}}},
    {"spec": {"kubernetes": {"version": "1.34.4"}, "provider": {"workers": ["a"]}}},
    "a Shoot",
    ["a Shoot"],
    7,
]


@pytest.mark.parametrize("shoot", HALF_WRITTEN, ids=str)
def test_a_half_written_cluster_is_worth_another_try(shoot: Any) -> None:
    """The shoot can be empty or undecodable for a short time; the message names the Cluster."""
    raw = objects.cluster()
    raw["spec"]["shoot"] = shoot

    with pytest.raises(cluster.IncompleteCluster, match=objects.NAMESPACE):
        cluster.parse(raw)


def test_a_cluster_without_a_spec_is_worth_another_try() -> None:
    """It was created this very moment."""
    with pytest.raises(cluster.IncompleteCluster):
        cluster.parse({"metadata": {"name": objects.NAMESPACE}})


def test_a_shoot_of_another_version_is_not_guessed_at() -> None:
    """Its fields may mean something else."""
    with pytest.raises(cluster.IncompleteCluster, match="v1beta2"):
        cluster.parse(changed(apiVersion="core.gardener.cloud/v1beta2"))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "spec",
                    "status",
                    "metadata",
                    "kubernetes",
                    "provider",
                    "workers",
                    "version",
                    "name",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@given(ANYTHING, st.sampled_from(["", "spec", "status", "metadata"]))
def test_whatever_stands_in_a_cluster_it_is_read_or_incomplete(value: Any, part: str) -> None:
    """No other exception gets out."""
    raw = objects.cluster()
    if part:
        raw["spec"]["shoot"][part] = value
    else:
        raw["spec"]["shoot"] = value

    try:
        found = cluster.parse(raw)
    except cluster.IncompleteCluster:
        return
    assert found.name == objects.NAMESPACE
