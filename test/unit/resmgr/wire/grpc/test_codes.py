# SPDX-License-Identifier: Apache-2.0
"""Status codes."""

from resmgr.wire.grpc import codes


def test_known_numbers() -> None:
    """A number of gRPC's list is its code."""
    assert codes.code(14) is codes.Code.UNAVAILABLE


def test_unknown_numbers() -> None:
    """Another number is UNKNOWN, as gRPC demands."""
    assert codes.code(99) is codes.Code.UNKNOWN
