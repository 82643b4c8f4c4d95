# SPDX-License-Identifier: Apache-2.0
"""Clients that leave no connection behind when a test's event loop ends."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import aiohttp

from controller import kube


class Client(kube.Client):
    """A client whose watches end at once.

    An encrypted connection that is closed in the middle of an answer says goodbye to the server
    first and is not waited for; a loop that ends before leaves a socket open and a warning.
    """

    @asynccontextmanager
    async def stream(
        self, path: str, params: Mapping[str, str], *, accept: str, idle: float
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Open a watch and cut its connection at the end."""
        async with super().stream(path, params, accept=accept, idle=idle) as response:
            try:
                yield response
            finally:
                connection = response.connection
                if connection is not None and connection.transport is not None:
                    connection.transport.abort()
