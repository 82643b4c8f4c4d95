# SPDX-License-Identifier: Apache-2.0
"""An API server that refuses some writes for a while, as one with a broken webhook does."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from controller import kube
from controller.kube import paths

Object = dict[str, Any]

MESSAGE = "refused for a test"
_API = "/apis/admissionregistration.k8s.io/v1"
_POLL = 0.05


@asynccontextmanager
async def of_managed_resources(seed: kube.Client, namespace: str) -> AsyncIterator[None]:
    """Refuse that ManagedResources of a namespace are made, changed or deleted (422).

    In force when the block begins, and no longer when it has ended.
    """
    name = f"refusal-{secrets.token_hex(4)}"
    # One whose class is nobody's, by which to see whether the server refuses already, or still.
    probe = {
        "apiVersion": "resources.gardener.cloud/v1alpha1",
        "kind": "ManagedResource",
        "metadata": {"name": name},
        "spec": {"class": "probe", "secretRefs": []},
    }
    await seed.create(paths.managed_resources(namespace), probe)
    await seed.create(f"{_API}/validatingadmissionpolicies", _policy(name))
    await seed.create(f"{_API}/validatingadmissionpolicybindings", _binding(name, namespace))
    try:
        await _until(seed, namespace, name, refused=True)
        yield
    finally:
        await seed.delete(f"{_API}/validatingadmissionpolicybindings/{name}")
        await seed.delete(f"{_API}/validatingadmissionpolicies/{name}")
        await _until(seed, namespace, name, refused=False)
        await seed.delete(paths.managed_resource(namespace, name))


async def _until(seed: kube.Client, namespace: str, probe: str, *, refused: bool) -> None:
    async with asyncio.timeout(30.0):
        while True:
            if await _refuses(seed, namespace, probe) is refused:
                return
            await asyncio.sleep(_POLL)


async def _refuses(seed: kube.Client, namespace: str, probe: str) -> bool:
    annotations = {"test/probe": secrets.token_hex(4)}
    try:
        await seed.patch(
            paths.managed_resource(namespace, probe), {"metadata": {"annotations": annotations}}
        )
    except kube.ApiError as error:
        return MESSAGE in str(error)
    return False


def _policy(name: str) -> Object:
    rule = {
        "apiGroups": ["resources.gardener.cloud"],
        "apiVersions": ["*"],
        "operations": ["CREATE", "UPDATE", "DELETE"],
        "resources": ["managedresources"],
    }
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": name},
        "spec": {
            "failurePolicy": "Fail",
            "matchConstraints": {"resourceRules": [rule]},
            "validations": [{"expression": "false", "message": MESSAGE}],
        },
    }


def _binding(name: str, namespace: str) -> Object:
    only = {"matchLabels": {"kubernetes.io/metadata.name": namespace}}
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": name},
        "spec": {
            "policyName": name,
            "validationActions": ["Deny"],
            "matchResources": {"namespaceSelector": only},
        },
    }
