# SPDX-License-Identifier: Apache-2.0
"""Calls that the daemon makes to the runtime itself, and what their answers mean.

What belongs here: the check of the runtime (`version`), the lists for the start-up synchronisation
(`synchronise`, with `verbose` for what hides in its texts), the update of a container (`update`).
What must not: connections (`caller` is what one has to look like), decisions, calls of the kubelet.
"""
