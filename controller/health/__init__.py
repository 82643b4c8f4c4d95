# SPDX-License-Identifier: Apache-2.0
"""How a shoot's node part is doing: conditions, thresholds, and the nodes that failed.

What belongs here: the health loop and the pure judgements that it makes.
What must not: writes to anything but conditions in the status of Extension objects.
"""
