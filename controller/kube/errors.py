# SPDX-License-Identifier: Apache-2.0
"""What can go wrong between us and an API server.

The tree, each with the answer that it stands for::

    ApiError                  any answer of 400 or more
    |-- Forbidden             401, 403
    |-- NotFound              404
    |-- Conflict              409, the object has changed since it was read
    |   `-- AlreadyExists     409, reason AlreadyExists
    |-- Gone                  410, the resourceVersion is too old
    |-- Invalid               422, and 400: the server will never take this object
    `-- Unavailable           429, 5xx, no connection, no answer in time: try again later
"""

from collections.abc import Mapping
from typing import Any

MESSAGE_LIMIT = 512
"""Characters kept of a server's message: it goes into logs and into a status that people read."""


class ApiError(Exception):
    """A request that the API server refused or that never reached it.

    `status` is the HTTP status, 0 when there was no answer; `reason` the machine-readable word
    of the server's Status object; `retry_after` the server's wish in seconds, if it had one.
    """

    def __init__(
        self, status: int, reason: str, message: str, *, retry_after: float | None = None
    ) -> None:
        """Keep the parts; the text is `message`, cut to `MESSAGE_LIMIT` characters."""
        super().__init__(message[:MESSAGE_LIMIT])
        self.status = status
        self.reason = reason
        self.retry_after = retry_after


class Forbidden(ApiError):
    """We may not do this: a right is missing or the token is not known."""


class NotFound(ApiError):
    """The object, or its kind, does not exist."""


class Conflict(ApiError):
    """The object has another resourceVersion than the one that the request was made for."""


class AlreadyExists(Conflict):
    """An object of this name exists already."""


class Gone(ApiError):
    """The resourceVersion to list or watch from is too old: list anew."""


class Invalid(ApiError):
    """The server will never take this object as it is."""


class Unavailable(ApiError):
    """The server is away or too busy; the same request may work later."""


_BY_STATUS: Mapping[int, type[ApiError]] = {
    400: Invalid,
    401: Forbidden,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    410: Gone,
    422: Invalid,
    429: Unavailable,
}
_SERVER_ERRORS = 500


def from_status(
    status: int, body: Mapping[str, Any], what: str, *, retry_after: float | None = None
) -> ApiError:
    """Make the error for an answer with HTTP `status` and the Status object `body`.

    `what` is the request in words (`patch /apis/...`) and starts the message after "cannot".
    """
    reason = str(body.get("reason") or "")
    message = f"cannot {what}: {body.get('message') or f'HTTP status {status}'}"
    kind = _BY_STATUS.get(status, Unavailable if status >= _SERVER_ERRORS else ApiError)
    if reason == "AlreadyExists":
        kind = AlreadyExists
    elif reason in {"Expired", "Gone"}:
        kind = Gone
    return kind(status, reason, message, retry_after=retry_after)
