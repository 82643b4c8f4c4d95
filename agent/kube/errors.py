# SPDX-License-Identifier: Apache-2.0
"""What can go wrong between us and the API server.

The tree, each with the answer that it stands for::

    ApiError            any answer of 400 or more
    |-- NotFound        404: the object, or its kind, does not exist
    |-- Conflict        409: it has changed, or is there already
    |-- Gone            410: the resourceVersion is too old
    |-- Refused         400, 401, 403, 422: the server will not do it as it was asked
    `-- Away            no answer, 429, 5xx: the same request may work later
"""

from collections.abc import Mapping
from typing import Any, Final

LONGEST: Final = 512
"""Characters kept of a server's message."""

_SERVER_ERRORS: Final = 500


class ApiError(Exception):
    """A request that has failed; `status` is HTTP's, 0 without an answer."""

    def __init__(self, status: int, message: str, *, retry_after: float = 0.0) -> None:
        super().__init__(message[:LONGEST])
        self.status = status
        self.retry_after = retry_after
        """Seconds that the server wants to be left alone."""


class NotFound(ApiError):
    """The object does not exist: the server itself says so."""


class Conflict(ApiError):
    """The object is another one than the request was made for."""


class Gone(ApiError):
    """List anew: the server does not remember that far back."""


class Refused(ApiError):
    """The server will not do it as it was asked."""


class Away(ApiError):
    """The server is away or too busy; nothing is known of the object."""


_BY_STATUS: Mapping[int, type[ApiError]] = {
    400: Refused,
    401: Refused,
    403: Refused,
    404: NotFound,
    409: Conflict,
    410: Gone,
    422: Refused,
    429: Away,
}


def of_status(
    status: int, body: Mapping[str, Any], what: str, *, retry_after: float = 0.0
) -> ApiError:
    """Make the error of an answer; `what` is the request in words, behind "cannot"."""
    kind = _BY_STATUS.get(status, Away if status >= _SERVER_ERRORS else ApiError)
    if body.get("reason") in {"Expired", "Gone"}:
        kind = Gone
    message = body.get("message") or f"HTTP status {status}"
    return kind(status, f"cannot {what}: {message}", retry_after=retry_after)
