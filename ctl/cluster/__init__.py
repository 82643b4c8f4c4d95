# SPDX-License-Identifier: Apache-2.0
"""Asks a cluster, by a person's kubeconfig: what nodes report, and what is in their ConfigMaps.

What belongs here: the only place that loads the package `kubernetes`, and only when it is called;
what reports say, as data. What must not: writes to a cluster, and anything that a node needs.
"""
