# SPDX-License-Identifier: Apache-2.0
"""Benchmark of a node: what it costs to bring the relay there, to keep it there, and to have it.

What belongs here: what measures real nodes of `ground` from outside, and the targets. What must
not: parts of the installer or the relay; assertions (those are in test/e2e).
"""
