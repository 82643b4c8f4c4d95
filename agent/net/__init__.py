# SPDX-License-Identifier: Apache-2.0
"""Connections of HTTP/2 on an event loop: the one edge between `resmgr.wire` and sockets.

What belongs here: transports, streams of a client, listening sockets, who is at the other end.
What must not: what a request means, paths of an API, services.
"""
