# SPDX-License-Identifier: Apache-2.0
"""What interceptions answer themselves."""

from resmgr.cri import calls
from resmgr.engine.outcome import Refusal
from resmgr.wire.grpc.codes import Code


def test_a_refusal_is_a_lack_of_resources() -> None:
    """What cannot be allocated is refused as exhausted, with the policy's words."""
    error = calls.refused(Refusal("no CPU is left"))

    assert error.status.code is Code.RESOURCE_EXHAUSTED
    assert error.status.message == "failed to allocate container resources: no CPU is left"
