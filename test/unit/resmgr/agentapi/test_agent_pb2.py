# SPDX-License-Identifier: Apache-2.0
"""The messages between daemon and node agent, in the bytes that the original has for them."""

import pytest
from google.protobuf import message

from resmgr.agentapi import agent_pb2 as pb


@pytest.mark.parametrize(
    ("made", "data"),
    [
        (
            pb.SetConfigRequest(node_name="n", config={"k": "v"}),
            b"\x0a\x01n\x12\x06\x0a\x01k\x12\x01v",
        ),
        (pb.SetConfigReply(error="e"), b"\x0a\x01e"),
        (pb.SetAdjustmentRequest(node_name="n", adjustment="{}"), b"\x0a\x01n\x12\x02{}"),
        (pb.SetAdjustmentReply(errors={"k": "v"}), b"\x0a\x06\x0a\x01k\x12\x01v"),
        (pb.GetNodeReply(node="{}"), b"\x0a\x02{}"),
        (
            pb.PatchNodeRequest(patches=[pb.JsonPatch(op="o", path="p", value="v")]),
            b"\x0a\x09\x0a\x01o\x12\x01p\x1a\x01v",
        ),
        (
            pb.UpdateNodeCapacityRequest(capacities={"k": "v"}),
            b"\x0a\x06\x0a\x01k\x12\x01v",
        ),
        (pb.HealthCheckRequest(query="q"), b"\x0a\x01q"),
        (pb.HealthCheckReply(error="e"), b"\x0a\x01e"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_fields_have_their_numbers(made: message.Message, data: bytes) -> None:
    """Either side may be the original's."""
    assert made.SerializeToString(deterministic=True) == data
