# SPDX-License-Identifier: Apache-2.0
"""What a stream is connected to: two small interfaces between connections and calls.

A connection keeps one of these for each of its streams and tells it what comes; an object that
stands between two connections, such as `forward.Pair`, is both.
"""

from typing import Protocol

from ..wire import fields


class Incoming(Protocol):
    """What belongs to a stream of a client: the relay is the server."""

    def request_data(self, data: memoryview, *, end_stream: bool) -> None:
        """The client sent content."""

    def request_trailers(self, block: fields.Block) -> None:
        """The client ended its request with trailers."""

    def request_reset(self) -> None:
        """The client, or its connection, is gone; nothing can be answered any more."""

    def response_sent(self, size: int) -> None:
        """Content that had to wait has gone out to the client."""


class Outgoing(Protocol):
    """What belongs to a stream to a runtime: the relay is the client."""

    def response_head(self, block: fields.Block, *, end_stream: bool) -> None:
        """The runtime answers."""

    def response_data(self, data: memoryview, *, end_stream: bool) -> None:
        """The runtime sent content."""

    def response_trailers(self, block: fields.Block) -> None:
        """The runtime ended its response."""

    def response_reset(self, code: int, message: str) -> None:
        """The runtime reset the stream, or, with a message, broke a rule on it."""

    def response_lost(self, message: str) -> None:
        """The connection to the runtime is gone."""

    def request_sent(self, size: int) -> None:
        """Content that had to wait has gone out to the runtime."""
