# SPDX-License-Identifier: Apache-2.0
"""What the kernel counts for containers, read from their cgroups (resource manager, 11.2).

What belongs here: finding cgroups of containers, the files that are read, what their texts mean.
What must not: when and in which thread they are read, how values are shown, writing anything.
"""
