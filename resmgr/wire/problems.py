# SPDX-License-Identifier: Apache-2.0
"""What a peer did wrong, on its way from where it was seen to where it is answered.

These exceptions never leave `connection.Connection`: it turns them into GOAWAY or RST_STREAM.
"""

from .codes import ErrorCode


class ConnectionProblem(Exception):
    """The whole connection has to end (RFC 9113, section 5.4.1)."""

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(message)
        self.code = code


class StreamProblem(Exception):
    """One stream has to end (RFC 9113, section 5.4.2)."""

    def __init__(self, stream_id: int, code: ErrorCode, message: str) -> None:
        super().__init__(message)
        self.stream_id = stream_id
        self.code = code
