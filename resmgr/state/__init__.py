# SPDX-License-Identifier: Apache-2.0
"""What survives a restart: pods, containers, the policy's state, the agent's configuration.

What belongs here: changes as data (`changes`), and the store that keeps them in sqlite. What must
not: decisions about what to keep, anything of CRI, policies or the network.
"""
