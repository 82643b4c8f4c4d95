# SPDX-License-Identifier: Apache-2.0
"""What a gardener-resource-manager reads out of secrets, and the order in which it applies it.

Pure. Gardener contract, sections 4.2 and 4.3.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import brotli
import yaml

Object = dict[str, Any]

ORDER = (
    "Namespace",
    "CustomResourceDefinition",
    "PriorityClass",
    "ServiceAccount",
    "Secret",
    "ConfigMap",
    "ClusterRole",
    "ClusterRoleBinding",
    "Role",
    "RoleBinding",
    "Service",
    "DaemonSet",
    "Deployment",
    "StatefulSet",
)
"""Kinds in the order of their application; what is not named comes last."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class DecodingFailed(Exception):
    """The data of a secret is no stream of manifests."""


def decode(secrets: Iterable[Mapping[str, Any]]) -> list[Object]:
    """Read the objects of secrets, in the order of their application.

    Keys are read in sorted order, those that end in `.br` are decompressed, each may hold
    several YAML documents; empty ones are skipped. Raises `DecodingFailed`.
    """
    objects: list[Object] = []
    for secret in secrets:
        data = secret.get("data") or {}
        for key in sorted(data):
            where = f'secret "{secret["metadata"]["name"]}", key "{key}"'
            objects += _documents(_plain(data[key], key, where), where)
    return sorted(objects, key=lambda obj: (_rank(obj["kind"]), reference(obj)))


def checksum(secrets: Iterable[Mapping[str, Any]]) -> str:
    """Give one SHA-256 (hex) over the data of all secrets."""
    total = hashlib.sha256()
    for secret in secrets:
        data = secret.get("data") or {}
        for key in sorted(data):
            total.update(hashlib.sha256(data[key].encode()).hexdigest().encode())
    return total.hexdigest()


def reference(obj: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """Give what tells an object from all others: apiVersion, kind, namespace, name.

    Takes objects and the entries of `status.resources`.
    """
    metadata = obj.get("metadata", obj)
    return obj["apiVersion"], obj["kind"], metadata.get("namespace", ""), metadata["name"]


def text(obj: Mapping[str, Any]) -> str:
    """Name an object as the resource manager's messages do."""
    return "/".join(part for part in reference(obj) if part)


def _rank(kind: str) -> int:
    return ORDER.index(kind) if kind in ORDER else len(ORDER)


def _plain(value: str, key: str, where: str) -> bytes:
    try:
        raw = base64.b64decode(value, validate=True)
        return brotli.decompress(raw) if key.endswith(".br") else raw
    except (binascii.Error, brotli.error) as error:
        message = f"cannot decompress {where}: {error}"
        raise DecodingFailed(message) from error


def _documents(stream: bytes, where: str) -> list[Object]:
    try:
        documents = list(yaml.load_all(stream, Loader=_LOADER))
    except yaml.YAMLError as error:
        message = f"cannot decode {where}: {error}"
        raise DecodingFailed(message) from error
    found = []
    for number, document in enumerate(documents):
        if document is None:
            continue
        match document:
            case {"apiVersion": str(), "kind": str(), "metadata": {"name": str()}}:
                found.append(document)
            case _:
                message = f"cannot decode {where}: document {number} is no Kubernetes object"
                raise DecodingFailed(message)
    return found
