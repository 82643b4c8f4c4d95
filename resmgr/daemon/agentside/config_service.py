# SPDX-License-Identifier: Apache-2.0
"""The gRPC service `v1.Config`: the node agent gives configurations and adjustments.

Source: node agent contract, section 3.2.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from ...agentapi import agent_pb2, requests, services
from ...relay import intercept, unary
from ...wire.grpc.codes import Code
from ...wire.grpc.statuses import CallError

_LOG = logging.getLogger("config-server")

SERVICE: Final = services.CONFIG
SOCKET_MODE: Final = 0o600

Apply = Callable[[Mapping[str, str]], Awaitable[None]]
"""Makes a configuration the active one. Raises `Rejected`."""


Adjust = Callable[[str], Mapping[str, str]]
"""Makes adjustments count, all of them or none, and gives what is wrong: by the name of one, or by
a container's id. Raises `ValueError` for a text that holds no adjustments at all."""


class Rejected(Exception):
    """A configuration is not taken; the one before stays. The text has every reason."""


class ConfigService:
    """Takes what the same user or root gives, one after the other."""

    def __init__(self, apply: Apply, adjust: Adjust, uid: int) -> None:
        """Take who applies configurations and adjustments, and the user id of this process."""
        self._apply = apply
        self._adjust = adjust
        self._users = {0, uid}
        self._one_at_a_time = asyncio.Lock()

    def handlers(self) -> dict[str, intercept.Handler]:
        """Give the handlers by method."""
        return {"SetConfig": self._set_config, "SetAdjustment": self._set_adjustment}

    async def _set_config(self, call: intercept.Call) -> unary.Reply:
        self._admit(call)
        request = requests.read(agent_pb2.SetConfigRequest, call.message)
        async with self._one_at_a_time:
            error = ""
            try:
                await self._apply(dict(request.config))
            except Rejected as rejected:
                error = f"failed to apply configuration: {rejected}"
        return unary.Reply(message=agent_pb2.SetConfigReply(error=error).SerializeToString())

    async def _set_adjustment(self, call: intercept.Call) -> unary.Reply:
        self._admit(call)
        request = requests.read(agent_pb2.SetAdjustmentRequest, call.message)
        async with self._one_at_a_time:
            try:
                errors = self._adjust(request.adjustment)
            except ValueError as error:
                raise CallError(Code.INVALID_ARGUMENT, str(error)) from error
        return unary.Reply(message=agent_pb2.SetAdjustmentReply(errors=errors).SerializeToString())

    def _admit(self, call: intercept.Call) -> None:
        if call.peer is None or call.peer.uid not in self._users:
            who = "somebody unknown" if call.peer is None else f"user {call.peer.uid}"
            _LOG.warning("refused %s of %s", call.method, who)
            raise CallError(
                Code.PERMISSION_DENIED, "only root and the daemon's user may configure it"
            )
