# SPDX-License-Identifier: Apache-2.0
"""gRPC over unix sockets: calls of the daemon's services, and the socket that serves ours.

What belongs here: unary calls, deadlines, statuses, who may call. What must not: messages and what
they mean; those are the callers' and the handlers' (`agent.services`).
"""
