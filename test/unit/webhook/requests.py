# SPDX-License-Identifier: Apache-2.0
"""Reviews as an API server writes them."""

import json
from typing import Any

Object = dict[str, Any]

PODS: Object = {"group": "", "version": "v1", "resource": "pods"}
CONFIG_MAPS: Object = {"group": "", "version": "v1", "resource": "configmaps"}


def review(given: Object, resource: Object | None = None, **more: Any) -> bytes:
    """Write a review of an object; `more` has other members of the request."""
    request = {
        "uid": "u-1",
        "resource": PODS if resource is None else resource,
        "operation": "CREATE",
        "object": given,
        **more,
    }
    return json.dumps(
        {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}
    ).encode()


def pod(*containers: Object, annotations: Object | None = None, **spec: Any) -> Object:
    """Write a pod; a container needs its name only."""
    metadata: Object = {"name": "p", "namespace": "default"}
    if annotations is not None:
        metadata["annotations"] = annotations
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata,
        "spec": {"containers": list(containers), **spec},
    }


def container(name: str, **resources: Object) -> Object:
    """Write a container with its resources."""
    return {"name": name, "resources": resources}


def config_map(name: str, **data: str) -> Object:
    """Write a ConfigMap."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}
