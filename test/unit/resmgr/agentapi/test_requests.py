# SPDX-License-Identifier: Apache-2.0
"""Requests to our own services."""

import pytest

from resmgr.agentapi import report_pb2, requests
from resmgr.wire.grpc.codes import Code
from resmgr.wire.grpc.statuses import CallError


def test_a_request_is_read() -> None:
    """As it was written."""
    asked = report_pb2.StateRequest(policy="none", containers=3)

    assert requests.read(report_pb2.StateRequest, asked.SerializeToString()) == asked


def test_bytes_that_are_no_request_are_the_callers_mistake() -> None:
    """The status tells what they should have been."""
    with pytest.raises(CallError, match="bytes as a StateRequest") as caught:
        requests.read(report_pb2.StateRequest, b"\xff\xff")

    assert caught.value.status.code is Code.INVALID_ARGUMENT
