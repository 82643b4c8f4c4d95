# SPDX-License-Identifier: Apache-2.0
"""The seed side: from an Extension object to a healthy ManagedResource.

What belongs here: handlers, the queue, the pure decision, builders of manifests, ManagedResources,
health, heartbeat, leader election, and the program that wires them.
What must not: anything that runs on a node. Of our own packages only `resmgr.config` is imported.

A change walks one way: `handlers`, `follow` (events arrive) -> `queue` (one worker an object)
-> `reconcile` (one look) -> `decide` (pure: what to do) -> `execute` (step by step) -> `content`
and `component` (pure: manifests) -> `managedresource` (bytes) -> `kube` (requests).
"""
