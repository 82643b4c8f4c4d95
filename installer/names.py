# SPDX-License-Identifier: Apache-2.0
"""Fixed names on a node, and those of the cluster that the installer shares with the seed.

The installer imports nothing of the seed, so they are repeated here; a test compares them.
"""

RELAY_UNIT = "cri-resource-manager.service"
"""The unit of the relay; people and the former extension know it by this name."""

RESCUE_UNIT = "cri-resmgr-rescue.service"
"""Gives the kubelet back to containerd; started by `OnFailure=` of the relay."""

RESCUE_TIMER = "cri-resmgr-rescue.timer"
"""Starts `CHECK_UNIT` again and again."""

CHECK_UNIT = "cri-resmgr-check.service"
"""Looks whether the relay answers, and gives the kubelet back when it does not."""

DISABLED_UNIT = "cri-resmgr-disabled.path"
"""Waits for the person's switch `/etc/cri-resmgr/disabled`."""

KUBELET_UNIT = "kubelet.service"
"""Belongs to gardener-node-agent; we restart it and change nothing in it."""

RELAY_SOCKET = "/var/run/cri-resmgr/cri-resmgr.sock"
"""Where the relay listens, as the kubelet and people name it."""

ENDPOINT_FLAG = "--container-runtime-endpoint"
"""The kubelet's flag that we give once more; of a flag given twice the last one counts."""

ENDPOINT_ARGUMENT = f"{ENDPOINT_FLAG}=unix://{RELAY_SOCKET}"
"""The one word that moves the kubelet to the relay."""

EXTRA_ARGS_KEY = "KUBELET_EXTRA_ARGS"
"""The key of the environment file whose words the kubelet's unit appends to the command line."""

EXTRA_ARGS_PATH = "/var/lib/kubelet/extra_args"
"""The environment file, as the kubelet's unit names it."""

STATE_LABEL = "cri-resource-manager.intel.com/state"
"""Node label with the state; its values are in `STATES`."""

REASON_ANNOTATION = "cri-resource-manager.intel.com/reason"
"""Node annotation with one sentence: why the node is in its state."""

STATES = ("active", "rolled-back", "unsupported", "disabled", "paused")
"""Values of the state label; absent means that nothing of ours is on the node."""

POOL_LABEL = "worker.gardener.cloud/pool"
"""Gardener's Node label with the name of the worker pool."""

CHANGING_LABEL = "cri-resource-manager.intel.com/changing"
"""Node label while a node is about to change: `waiting` for its turn, or `now`."""

VERSION_ANNOTATION = "cri-resource-manager.intel.com/version"
"""Node annotation with the version that the kubelet is served by."""

REVISION_ANNOTATION = "cri-resource-manager.intel.com/revision"
"""Node annotation with version and checksum of the configuration; by it others see canaries."""

POLICY_ANNOTATION = "cri-resource-manager.intel.com/policy"
"""Node annotation with the policy that the relay has last told."""
