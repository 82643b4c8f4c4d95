# SPDX-License-Identifier: Apache-2.0
"""Benchmark of the policies: decisions alone, in a whole daemon, and before a real containerd.

What belongs here: what starts, loads and measures each policy on machines that are made up, and the
targets. What must not: parts of the daemon; figures of another policy's configuration than the one
in `scenes`.
"""
