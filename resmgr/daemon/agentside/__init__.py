# SPDX-License-Identifier: Apache-2.0
"""What passes between the daemon and the node agent that may run beside it.

What belongs here: the client of the agent's services, the service that the agent calls, what is
told through the agent. What must not: judging configurations and adjustments; requests to an API
server (`agent`).
"""
