# SPDX-License-Identifier: Apache-2.0
"""The node daemon and what it shares with the other parts.

What belongs here: the daemon, layer above layer (see `.importlinter`), and at the bottom what seed,
agent, webhook and `cri-resmgrctl` use as well: the judgement of configurations (`config`), the
framing of HTTP/2 (`wire`), quantities, CPU sets. What must not: big dependencies, Kubernetes
clients, kopf, templates; and nothing of ours that is not in this package.
"""
