# SPDX-License-Identifier: Apache-2.0
"""The messages in which the daemon tells of itself."""

from resmgr.agentapi import report_pb2 as pb


def test_what_was_told_is_read() -> None:
    """Bytes of one version are a message of the next: numbers stay as they are."""
    event = pb.Event(reason="R", message="m", pod_name="p", time=7)
    read = pb.EventsRequest.FromString(
        pb.EventsRequest(events=[event], dropped=2).SerializeToString()
    )

    assert (read.events[0].reason, read.events[0].time, read.dropped) == ("R", 7, 2)
    assert pb.StateRequest(policy="p", containers=3).SerializeToString() == b"\x0a\x01p\x18\x03"
