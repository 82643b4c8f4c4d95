# SPDX-License-Identifier: Apache-2.0
"""The API server as the installer sees it: its own Node, the other nodes' labels, Events.

What belongs here: requests, their answers, and the way there from inside a pod.
What must not: decisions, files of the node. Nothing on the node ever waits for this package to
succeed: each failure is an `ApiProblem` that the caller can live with.
"""
