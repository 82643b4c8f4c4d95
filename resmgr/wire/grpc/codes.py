# SPDX-License-Identifier: Apache-2.0
"""Status codes of gRPC."""

import enum


class Code(enum.IntEnum):
    """How a call ended; the numbers are those in `grpc-status`."""

    OK = 0
    CANCELLED = 1
    UNKNOWN = 2
    INVALID_ARGUMENT = 3
    DEADLINE_EXCEEDED = 4
    NOT_FOUND = 5
    ALREADY_EXISTS = 6
    PERMISSION_DENIED = 7
    RESOURCE_EXHAUSTED = 8
    FAILED_PRECONDITION = 9
    ABORTED = 10
    OUT_OF_RANGE = 11
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAVAILABLE = 14
    DATA_LOSS = 15
    UNAUTHENTICATED = 16


def code(number: int) -> Code:
    """The code of this number; UNKNOWN for one that gRPC does not have."""
    try:
        return Code(number)
    except ValueError:
        return Code.UNKNOWN
