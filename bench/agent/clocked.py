# SPDX-License-Identifier: Apache-2.0
"""A stretch of time with the CPU that the API server used in it."""

from datetime import UTC, datetime

from garden import servers

from ..controller import usage
from . import results


class Clocked:
    """Begins when it is made; `stop` gives the window."""

    def __init__(self, name: str, agents: int, server: servers.Server) -> None:
        """Begin now."""
        self._name = name
        self._agents = agents
        self._server = server
        self._cpu = usage.cpu_seconds(server.pid)
        self._begun = datetime.now(UTC)

    def stop(self) -> results.Window:
        """End now."""
        ended = datetime.now(UTC)
        used = usage.cpu_seconds(self._server.pid) - self._cpu
        return results.Window(self._name, self._agents, self._begun, ended, used)
