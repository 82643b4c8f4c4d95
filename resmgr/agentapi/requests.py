# SPDX-License-Identifier: Apache-2.0
"""Reading what somebody asks one of our own services for."""

from ..protobuf import reading
from ..wire.grpc.codes import Code
from ..wire.grpc.statuses import CallError


def read(kind: type[reading.M], message: bytes) -> reading.M:
    """Read a request. Raises `CallError`, an invalid argument, for bytes that are none."""
    try:
        return reading.read(kind, message)
    except reading.Unreadable as error:
        raise CallError(Code.INVALID_ARGUMENT, str(error)) from error
