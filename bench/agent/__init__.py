# SPDX-License-Identifier: Apache-2.0
"""Benchmark of the node agent: one on a node with its daemon, and a thousand at one API server.

What belongs here: what starts, loads and measures agents, and the targets. What must not: parts of
the agent; the thousand are its own `App`, only their daemons are played.
"""
