# SPDX-License-Identifier: Apache-2.0
"""Paths as the API groups of the Gardener contract have them."""

import pytest

from controller.kube import paths

PATHS = [
    (paths.EXTENSIONS, "/apis/extensions.gardener.cloud/v1alpha1/extensions"),
    (paths.CLUSTERS, "/apis/extensions.gardener.cloud/v1alpha1/clusters"),
    (paths.MANAGED_RESOURCES, "/apis/resources.gardener.cloud/v1alpha1/managedresources"),
    (paths.NODES, "/api/v1/nodes"),
    (
        paths.extension("ns", "x"),
        "/apis/extensions.gardener.cloud/v1alpha1/namespaces/ns/extensions/x",
    ),
    (paths.cluster("ns"), "/apis/extensions.gardener.cloud/v1alpha1/clusters/ns"),
    (
        paths.managed_resource("ns", "m"),
        "/apis/resources.gardener.cloud/v1alpha1/namespaces/ns/managedresources/m",
    ),
    (
        paths.managed_resources("ns"),
        "/apis/resources.gardener.cloud/v1alpha1/namespaces/ns/managedresources",
    ),
    (paths.secrets("ns"), "/api/v1/namespaces/ns/secrets"),
    (paths.secret("ns", "s"), "/api/v1/namespaces/ns/secrets/s"),
    (paths.config_maps("ns"), "/api/v1/namespaces/ns/configmaps"),
    (paths.leases("ns"), "/apis/coordination.k8s.io/v1/namespaces/ns/leases"),
    (paths.lease("ns", "l"), "/apis/coordination.k8s.io/v1/namespaces/ns/leases/l"),
    (paths.events("ns"), "/api/v1/namespaces/ns/events"),
]


@pytest.mark.parametrize(("path", "wanted"), PATHS, ids=[wanted for _, wanted in PATHS])
def test_paths(path: str, wanted: str) -> None:
    """Core kinds lie below /api, all others below their group and version."""
    assert path == wanted
