# SPDX-License-Identifier: Apache-2.0
"""What connects kubelet, runtime and engine while the daemon runs.

What belongs here: a call's way between relay and interception, meeting the runtime and catching up
with it, changes that are kept, loads that are measured. What must not: decisions about containers,
HTTP/2 and gRPC (`resmgr.relay`), the meaning of intercepted calls (`resmgr.cri`).
"""
