# SPDX-License-Identifier: Apache-2.0
"""What a policy would do with pods, on a machine and without a node.

Pods are read from Kubernetes YAML (`workloads`), become what a kubelet would ask for (`kubelet`)
and go through the daemon's own engine and policy (`run`), step by step (`steps`); what comes out is
told as placements (`placements`, `summary`), and compared (`compare`). What belongs here: all of
this as data. What must not: files, terminals, CRI messages, and any decision about CPUs: those are
the daemon's, so that a simulation cannot differ from a node.
"""
