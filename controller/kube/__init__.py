# SPDX-License-Identifier: Apache-2.0
"""The one place that talks to an API server.

What belongs here: where the server is and how we prove who we are (`connection`), one request
and its errors (`client`, `errors`), following a list as it changes (`watch`), the paths of the
kinds that we use (`paths`). What must not: any knowledge of what a reconcile, a ManagedResource's
content or a health condition is. Nothing outside this package imports an HTTP client to reach
an API server; kopf has its own session and gets only the connection.
"""

from .client import Client
from .connection import Connection
from .errors import (
    AlreadyExists,
    ApiError,
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    Unavailable,
)

__all__ = [
    "AlreadyExists",
    "ApiError",
    "Client",
    "Conflict",
    "Connection",
    "Forbidden",
    "Gone",
    "Invalid",
    "NotFound",
    "Unavailable",
]
