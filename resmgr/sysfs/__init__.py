# SPDX-License-Identifier: Apache-2.0
"""The machine, read below a root path: CPUs, packages, dies, NUMA nodes, memory.

What belongs here: what the machine is (`machine`, plain data), reading it (`discover`). What must
not: writing to the machine, anything about containers, requests or policies.
"""
