# SPDX-License-Identifier: Apache-2.0
"""Paths of the kinds that the controller reads and writes."""

_EXTENSIONS = "/apis/extensions.gardener.cloud/v1alpha1"
_RESOURCES = "/apis/resources.gardener.cloud/v1alpha1"
_LEASES = "/apis/coordination.k8s.io/v1"

EXTENSIONS = f"{_EXTENSIONS}/extensions"
"""All Extension objects of the seed."""

CLUSTERS = f"{_EXTENSIONS}/clusters"
"""All Cluster objects of the seed."""

MANAGED_RESOURCES = f"{_RESOURCES}/managedresources"
"""All ManagedResources of the seed."""

NODES = "/api/v1/nodes"
"""The nodes of a cluster; read in the shoot only."""


def extension(namespace: str, name: str) -> str:
    """Path of one Extension object."""
    return f"{_EXTENSIONS}/namespaces/{namespace}/extensions/{name}"


def cluster(name: str) -> str:
    """Path of one Cluster, whose name is the shoot's namespace in the seed."""
    return f"{CLUSTERS}/{name}"


def managed_resources(namespace: str) -> str:
    """Path of a namespace's ManagedResources."""
    return f"{_RESOURCES}/namespaces/{namespace}/managedresources"


def managed_resource(namespace: str, name: str) -> str:
    """Path of one ManagedResource."""
    return f"{managed_resources(namespace)}/{name}"


def secrets(namespace: str) -> str:
    """Path to create Secrets in a namespace."""
    return f"/api/v1/namespaces/{namespace}/secrets"


def secret(namespace: str, name: str) -> str:
    """Path of one Secret."""
    return f"{secrets(namespace)}/{name}"


def config_maps(namespace: str) -> str:
    """Path of a namespace's ConfigMaps."""
    return f"/api/v1/namespaces/{namespace}/configmaps"


def leases(namespace: str) -> str:
    """Path of a namespace's Leases."""
    return f"{_LEASES}/namespaces/{namespace}/leases"


def lease(namespace: str, name: str) -> str:
    """Path of one Lease."""
    return f"{leases(namespace)}/{name}"


def events(namespace: str) -> str:
    """Path to create Events in a namespace."""
    return f"/api/v1/namespaces/{namespace}/events"
