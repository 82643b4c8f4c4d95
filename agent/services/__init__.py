# SPDX-License-Identifier: Apache-2.0
"""What the daemon, and the probe, may ask the agent for: the services that it serves.

What belongs here: one class a service, from message to message. What must not: sockets and streams,
which are `agent.grpc`'s; what may be changed, which `agent.core` says.
"""
