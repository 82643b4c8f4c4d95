# SPDX-License-Identifier: Apache-2.0
"""Names that other systems and nodes know us by; none of them may change.

Sources: `docs/reference/names.md` lists each with the place where it appears.
"""

EXTENSION_TYPE = "cri-resmgr-extension"
"""`spec.type` of the Extension objects that this controller serves."""

DOMAIN = "cri-resmgr.extensions.gardener.cloud"
"""Domain of our own annotations and of the providerConfig API."""

EXTENSION_NAME = "gardener-extension-cri-resmgr"
"""Name of the program, its chart, its Deployment and its image."""

FINALIZER = "extensions.gardener.cloud/cri-resmgr-extension"
"""Our finalizer on Extension objects.

It is the same as the Go extension's, so that an object of the one can be finished by the other.
"""

ORIGIN = "cri-resmgr-extension"
"""Value of the label `origin` on our ManagedResources, their Secrets and all objects in the shoot.

Never `gardener`: such ManagedResources are deleted by gardenlet (Gardener contract, section 4.2).
"""

NODE_MANAGED_RESOURCE = "extension-runtime-cri-resmgr"
"""ManagedResource (class absent: shoot) that holds the node part."""

MONITORING_MANAGED_RESOURCE = "extension-monitoring-cri-resmgr"
"""ManagedResource (class seed) that holds scrape configuration and alert rules."""

OPERATOR_CONFIGS = "gardener-extension-cri-resmgr-configs"
"""ConfigMap of the operator's configs in the extension's namespace, one data key a TYPE."""

HEARTBEAT_LEASE = "gardener-extension-heartbeat"
"""Lease in the extension's namespace that the leader renews; gardenlet looks at its age."""

LEADER_ELECTION_LEASE = "gardener-extension-cri-resmgr-leader-election"
"""Lease in the extension's namespace that the leading replica holds."""

ACCESS_SECRET = "shoot-access-cri-resmgr-extension"  # noqa: S105 - the name of an object
"""Secret in the shoot's namespace of the seed; the resource manager keeps its key `token` fresh."""

ACCESS_SERVICE_ACCOUNT = "cri-resmgr-extension-seed"
"""ServiceAccount in the shoot (kube-system) that the seed reads the nodes' states with."""

SHOOT_NAMESPACE = "kube-system"
"""Namespace in the shoot of everything that is namespaced there."""

INSTALLATION_DAEMONSET = "cri-resmgr-installation"
"""DaemonSet in the shoot (kube-system) that installs and removes; also its account."""

AGENT_DAEMONSET = "cri-resmgr-agent"
"""DaemonSet in the shoot (kube-system) that brings configs to the daemon; also its account."""

CONFIG_MAP_PREFIX = "cri-resmgr-config"
"""ConfigMaps in the shoot (kube-system) are called `cri-resmgr-config.<TYPE>`."""

NODE_GROUP_LABEL = "cri-resource-manager.intel.com/group"
"""Node label that names the configuration group of a node."""

NODE_STATE_LABEL = "cri-resource-manager.intel.com/state"
"""Node label by which the installation pods publish where a node stands.

Values: `active` (kubelet on the relay), `rolled-back` (given back to containerd after a failure),
`unsupported` (preflight refused the node), `disabled` (switched off by a person), `paused`. Absent:
the node is as if we had never been there.
"""

NODE_REASON_ANNOTATION = "cri-resource-manager.intel.com/reason"
"""Node annotation with one sentence: why the node is in its state."""

IMAGE_INSTALLATION = "gardener-extension-cri-resmgr-installation"
"""Entry of the image vector: the image of DaemonSet `cri-resmgr-installation`."""

IMAGE_AGENT = "gardener-extension-cri-resmgr-agent"
"""Entry of the image vector: the image of DaemonSet `cri-resmgr-agent`."""

OPERATION_ANNOTATION = "gardener.cloud/operation"
"""Gardener's annotation on Extension objects: what is asked for. We take it off when it is done."""

TIMESTAMP_ANNOTATION = "gardener.cloud/timestamp"
"""Gardener's annotation on Extension objects: when it was asked for. We only read it."""
