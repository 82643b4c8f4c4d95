# SPDX-License-Identifier: Apache-2.0
"""NodeResourceManagers as a node agent writes them."""

from typing import Any

NAME = "cri-resmgr-config.default"


def made(
    node: str = "n1", reason: str = "Applied", version: str = "7", message: str = "told"
) -> dict[str, Any]:
    """Give one that speaks of the default ConfigMap at a version."""
    right = reason in {"Applied", "NoConfigMap"}
    return {
        "metadata": {"name": node, "resourceVersion": "1"},
        "status": {
            "policy": "static",
            "configuration": {"level": "default", "configMap": NAME, "generation": version},
            "conditions": [
                {"type": "DaemonConnected", "status": "True", "reason": "Connected"},
                {
                    "type": "ConfigurationApplied",
                    "status": "True" if right else "False",
                    "reason": reason,
                    "message": message,
                    "lastTransitionTime": "2026-11-22T12:00:00Z",
                },
            ],
        },
    }
