# SPDX-License-Identifier: Apache-2.0
"""The resource manager as a process of its own, as benchmarks use it."""

import asyncio
import os
import sys

import pytest
from garden import mirror, resource_manager, servers

from controller.kube import paths

pytestmark = pytest.mark.integration


async def test_works_until_its_input_ends(seed_server: servers.Server) -> None:
    """It reports on ManagedResources, leaves those that are switched down, and ends with us."""
    kubeconfig = seed_server.kubeconfig_file("process")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    arguments = ["--seed-kubeconfig", str(kubeconfig), "--down", "process-down"]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "garden", *arguments),
        env=environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    ready = await process.stdout.readline()
    resource = {
        "apiVersion": "resources.gardener.cloud/v1alpha1",
        "kind": "ManagedResource",
        "metadata": {"name": "a"},
        "spec": {"secretRefs": []},
    }
    async with seed_server.client() as client:
        for name in ("process-down", "process-up"):
            namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
            await client.create("/api/v1/namespaces", namespace)
            await client.create(paths.managed_resources(name), resource)
        async with mirror.Mirror(client, paths.MANAGED_RESOURCES) as resources:
            up = await resources.until(
                ("process-up", "a"), lambda obj: bool((obj or {}).get("status"))
            )
            down = resources.objects["process-down", "a"]
        process.stdin.close()
        status = await process.wait()
        finalizers = {"metadata": {"finalizers": None}}
        await client.patch(paths.managed_resource("process-up", "a"), finalizers)
        for name in ("process-down", "process-up"):
            await client.delete(paths.managed_resource(name, "a"))

    assert ready == b"ready\n"
    assert status == 0
    assert up is not None
    assert up["metadata"]["finalizers"] == [resource_manager.FINALIZER]
    assert "finalizers" not in down["metadata"]
