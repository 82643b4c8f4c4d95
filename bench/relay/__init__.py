# SPDX-License-Identifier: Apache-2.0
"""Benchmark of the relay: the same calls to a real containerd, directly and through the relay.

What belongs here: what starts, loads and measures a relay from outside, and its targets. What must
not: parts of the relay; figures of one side without the other's from the same minute.
"""
