# SPDX-License-Identifier: Apache-2.0
"""The node daemon and what it shares with the other parts.

What belongs here: so far the judgement of configurations (`config`) and quantities (`quantity`).
What must not: big dependencies, Kubernetes clients, kopf, templates; a node installs this package
alone.
"""
