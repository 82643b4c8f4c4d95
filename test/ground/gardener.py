# SPDX-License-Identifier: Apache-2.0
"""What Gardener puts on a node, as text: the kubelet's unit and configuration, labels, traces.

Gardener contract, sections 6.1 and 6.2. A line that is not Gardener's says why.
"""

import json
from collections.abc import Mapping
from typing import Any

POOL_LABEL = "worker.gardener.cloud/pool"

CONTAINERD_SOCKET = "unix:///run/containerd/containerd.sock"

EXTRA_ARGS = "/var/lib/kubelet/extra_args"
"""The environment file that Gardener's unit reads and Gardener never writes."""

_UNIT = """\
[Unit]
Description=kubelet daemon
Documentation=https://kubernetes.io/docs/admin/kubelet
After=containerd.service
[Install]
WantedBy=multi-user.target
[Service]
Restart=always
RestartSec=5
Environment="HTTP2_READ_IDLE_TIMEOUT_SECONDS=20" "HTTP2_PING_TIMEOUT_SECONDS=10"
EnvironmentFile=/etc/environment
EnvironmentFile=-/var/lib/kubelet/extra_args
ExecStart=/opt/bin/kubelet \\
    {arguments} $KUBELET_EXTRA_ARGS
"""


def labels(pool: str, *, version: str) -> dict[str, str]:
    """Give the labels that every node of a pool has; a kubelet may set them itself."""
    return {
        POOL_LABEL: pool,
        "worker.garden.sapcloud.io/group": pool,
        "worker.gardener.cloud/cri-name": "containerd",
        "worker.gardener.cloud/gardener-node-agent-secret-name": f"gardener-node-agent-{pool}-0",
        "worker.gardener.cloud/kubernetes-version": version,
        "worker.gardener.cloud/system-components": "true",
    }


def kubelet_unit(node_labels: Mapping[str, str], *, address: str) -> str:
    """Write kubelet.service."""
    arguments = [
        "--bootstrap-kubeconfig=/var/lib/kubelet/kubeconfig-bootstrap",
        "--config=/var/lib/kubelet/config/kubelet",
        "--kubeconfig=/var/lib/kubelet/kubeconfig-real",
        *(f"--node-labels={key}={value}" for key, value in sorted(node_labels.items())),
        f"--container-runtime-endpoint={CONTAINERD_SOCKET}",
        "--runtime-cgroups=/system.slice/containerd.service",
        "--v=2",
        f"--node-ip={address}",
    ]
    return _UNIT.format(arguments=" \\\n    ".join(arguments))


def kubelet_configuration(changes: Mapping[str, Any] | None = None) -> str:
    """Write the KubeletConfiguration (JSON, which is YAML); `changes` replace top-level keys."""
    configuration: dict[str, Any] = {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True, "cacheTTL": "2m0s"},
            "x509": {"clientCAFile": "/var/lib/kubelet/ca.crt"},
        },
        "authorization": {
            "mode": "Webhook",
            "webhook": {"cacheAuthorizedTTL": "5m0s", "cacheUnauthorizedTTL": "30s"},
        },
        "cgroupDriver": "systemd",
        "cgroupRoot": "/",
        "cgroupsPerQOS": True,
        "clusterDNS": ["10.0.0.10"],
        "clusterDomain": "cluster.local",
        "cpuCFSQuota": True,
        "cpuManagerPolicy": "none",
        "cpuManagerReconcilePeriod": "10s",
        "enableControllerAttachDetach": True,
        "enforceNodeAllocatable": ["pods"],
        "evictionHard": {
            "memory.available": "100Mi",
            "imagefs.available": "2%",  # Gardener's 5 % of a machine that others fill, too
            "nodefs.available": "2%",
        },
        "failSwapOn": True,
        "failCgroupV1": False,  # machines for development have version 1
        "fileCheckFrequency": "20s",
        "hairpinMode": "promiscuous-bridge",
        "imageGCHighThresholdPercent": 100,  # images come from a registry that goes with the run
        "imageMinimumGCAge": "2m0s",
        "kubeReserved": {"cpu": "80m", "memory": "256Mi"},
        "maxPods": 110,
        "nodeStatusUpdateFrequency": "10s",
        "protectKernelDefaults": True,
        "registerNode": True,
        "resolvConf": "/etc/resolv.conf",
        "rotateCertificates": True,
        "runtimeRequestTimeout": "2m0s",
        "serializeImagePulls": True,
        "serverTLSBootstrap": False,  # there is nobody who approves serving certificates
        "syncFrequency": "1m0s",
        "volumePluginDir": "/var/lib/kubelet/volumeplugins",
        "volumeStatsAggPeriod": "1m0s",
    }
    return json.dumps(configuration | dict(changes or {}), indent=2)


def last_applied(unit: str) -> str:
    """Write gardener-node-agent's copy of what it applied (JSON, which is YAML)."""
    osc = {
        "apiVersion": "extensions.gardener.cloud/v1alpha1",
        "kind": "OperatingSystemConfig",
        "metadata": {"name": "reconcile"},
        "spec": {
            "type": "debian",
            "purpose": "reconcile",
            "criConfig": {"name": "containerd"},
            "units": [
                {
                    "name": "kubelet.service",
                    "enable": True,
                    "content": unit,
                    "filePaths": ["/var/lib/kubelet/ca.crt", "/var/lib/kubelet/config/kubelet"],
                }
            ],
            "files": [],
        },
        "status": {},
    }
    return json.dumps(osc, indent=2)
