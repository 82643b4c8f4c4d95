# SPDX-License-Identifier: Apache-2.0
"""What daemon and node agent say to each other over local sockets (node agent contract, section 3).

What belongs here: the messages (`agent.proto`, `report.proto`) and the names of the services and of
their methods, which both sides import, and how requests are read (`requests`). What must not: input
and output, and what a call means.
"""
