# SPDX-License-Identifier: Apache-2.0
"""What is seen of this node beside the daemon's own words: cgroups, the kubelet, systemd.

What belongs here: reading, below a root path that is given. What must not: judging what was read,
which is the commands' part, and changing anything.
"""
