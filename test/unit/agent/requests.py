# SPDX-License-Identifier: Apache-2.0
"""An API server of which only requests and answers are seen."""

from collections.abc import Callable, Mapping
from typing import Any

from agent.kube import errors

Request = tuple[str, str, Any]
"""Method, path, body."""


class Requests:
    """Answers by `answer`, which may raise."""

    def __init__(self) -> None:
        """Answer what was sent."""
        self.seen: list[Request] = []
        self.failure: errors.ApiError | None = None
        self.answer: Callable[[Request], dict[str, Any]] = lambda request: request[2] or {}

    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: object = None,
        kind: str = "application/json",
    ) -> dict[str, Any]:
        """Answer."""
        del params, kind
        self.seen.append((method, path, body))
        if self.failure is not None:
            raise self.failure
        return self.answer((method, path, body))
