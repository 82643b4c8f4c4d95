# SPDX-License-Identifier: Apache-2.0
"""The installer: brings the resource manager to a node, keeps it, and takes it away again.

What belongs here: reversible steps (`steps`), the pure decisions which of them are due (`facts`,
`preflight`, `plan`), their journaled execution (`journal`, `execute`), the only module that
changes the disk (`files`), and the edges to systemd, the kubelet and the API server. Standard
library and `jeepney` only: it runs on nodes that have no Python of their own.

What must not be here: anything of `resmgr`, `controller` or `ctl` (names that have to agree are
repeated in `names`, and a test compares them), programs that are started as children except the
bundle's own gate and the exchange with the API server, and whatever changes a file that is not
ours; the one exception is a word in `/var/lib/kubelet/extra_args`, and the kubelet's unit where the
former extension has edited it.
"""
