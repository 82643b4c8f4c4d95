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

    In force when the block begins; given up when it ends, though the server may need a moment
    to notice.
    """
    name = f"refusal-{secrets.token_hex(4)}"
    await seed.create(f"{_API}/validatingadmissionpolicies", _policy(name))
    await seed.create(f"{_API}/validatingadmissionpolicybindings", _binding(name, namespace))
    try:
        async with asyncio.timeout(30.0):
            while True:
                if await _refused(seed, namespace):
                    break
                await asyncio.sleep(_POLL)
        yield
    finally:
        await seed.delete(f"{_API}/validatingadmissionpolicybindings/{name}")
        await seed.delete(f"{_API}/validatingadmissionpolicies/{name}")


async def _refused(seed: kube.Client, namespace: str) -> bool:
    """Try it with an object that nobody looks after."""
    probe = {
        "apiVersion": "resources.gardener.cloud/v1alpha1",
        "kind": "ManagedResource",
        "metadata": {"name": f"probe-{secrets.token_hex(4)}"},
        "spec": {"class": "probe", "secretRefs": []},
    }
    try:
        made = await seed.create(paths.managed_resources(namespace), probe)
    except kube.ApiError as error:
        return MESSAGE in str(error)
    try:
        await seed.delete(paths.managed_resource(namespace, made["metadata"]["name"]))
    except kube.ApiError as error:
        # Left behind it would do no harm: its class is nobody's.
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
