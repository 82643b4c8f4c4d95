# SPDX-License-Identifier: Apache-2.0
"""HTTP/2 (RFC 9113) and the framing of gRPC without input or output, for clients and servers.

Bytes that came in are given to `connection.Connection`, which answers with events; what it wants to
say is collected until somebody fetches it. Read `connection` first, then `inbound`, `outbound`.
`grpc` stands beside them: messages, deadlines and statuses as gRPC puts them into HTTP/2.

What belongs here: bytes to events and back, limits included.
What must not: sockets, event loops, clocks, logging, knowledge of CRI, any import but `hpack` and
the standard library.
"""
