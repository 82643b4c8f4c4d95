# SPDX-License-Identifier: Apache-2.0
"""Benchmark of simulations: a thousand pods on 4096 CPUs, each policy, as people run it.

What belongs here: pods and configurations of a large node, the program as a process of its own, and
the target. What must not: parts of a simulation.
"""
