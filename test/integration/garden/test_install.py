# SPDX-License-Identifier: Apache-2.0
"""The controller's way to the seed carries the rights of its chart and no others."""

import pytest
from garden import install
from garden.ground import Ground

from controller import kube
from controller.kube import connection, paths

pytestmark = pytest.mark.integration


async def test_kubeconfig_is_the_charts_account(whole_ground: Ground) -> None:
    """The kubeconfig acts as the chart's ServiceAccount: it lists Extensions, not Secrets."""
    way = connection.load(whole_ground.kubeconfig, {})
    async with whole_ground.seed_server.client(way.token) as client:
        review = await client.create(
            "/apis/authentication.k8s.io/v1/selfsubjectreviews",
            {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"},
        )
        extensions = await client.get(paths.EXTENSIONS)
        with pytest.raises(kube.Forbidden):
            await client.get("/api/v1/secrets")

    name = review["status"]["userInfo"]["username"]
    assert name.startswith(f"system:serviceaccount:{install.NAMESPACE}:")
    assert extensions["kind"] == "ExtensionList"
