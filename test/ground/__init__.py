# SPDX-License-Identifier: Apache-2.0
"""A shoot on this machine: a whole control plane, and nodes with systemd, containerd, kubelet.

What belongs here: the ground that end-to-end tests, the demo and the measurements of a node stand
on, and the means to look at a node from outside: units, files (`record`), containers as the kernel
has them (`runtime`). What must not: assertions, and any part of the product; what a node tells is
read by the programs of Debian and from the kernel, so that nothing can share a mistake with what
is tested.

Nodes are machines of systemd-nspawn, which needs root. Everything that belongs to one run has a
place (`places`), and goes with it, however the run ends (`leftovers`, `keeper`).
"""
