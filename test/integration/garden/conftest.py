# SPDX-License-Identifier: Apache-2.0
"""ManagedResources made by hand."""

import base64
from collections.abc import Awaitable, Callable
from typing import Any

import brotli
import pytest
import yaml
from garden.ground import Ground

from controller.kube import paths

Maker = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
def make(bare_ground: Ground) -> Maker:
    """Write a secret with manifests (objects, or bytes as they are) and its ManagedResource."""

    async def made(
        namespace: str, name: str, *contents: dict[str, Any] | bytes, **spec: Any
    ) -> dict[str, Any]:
        plain = [c if isinstance(c, bytes) else yaml.safe_dump(c).encode() for c in contents]
        data = brotli.compress(b"\n---\n".join(plain))
        secret = {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"generateName": f"{name}-"},
            "data": {"data.yaml.br": base64.b64encode(data).decode()},
        }
        written = await bare_ground.seed.create(paths.secrets(namespace), secret)
        spec["secretRefs"] = [{"name": written["metadata"]["name"]}]
        resource = {
            "apiVersion": "resources.gardener.cloud/v1alpha1",
            "kind": "ManagedResource",
            "metadata": {"name": name},
            "spec": spec,
        }
        if (namespace, name) in bare_ground.resource_manager.resources.objects:
            path = paths.managed_resource(namespace, name)
            return await bare_ground.seed.patch(path, {"spec": spec})
        return await bare_ground.seed.create(paths.managed_resources(namespace), resource)

    return made


@pytest.fixture
async def shoot(bare_ground: Ground) -> str:
    """Technical id of a shoot of its own."""
    return await bare_ground.gardenlet.prepare(bare_ground.name())
