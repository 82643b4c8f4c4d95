# SPDX-License-Identifier: Apache-2.0
"""Header blocks in several frames."""

import pytest
from unit.resmgr.wire import playbook

from resmgr.wire import blocks, codes, limits, problems

END_HEADERS = playbook.END_HEADERS


def test_a_block_in_one_frame() -> None:
    """END_HEADERS on HEADERS gives the block at once."""
    found = blocks.Assembly(limits.Limits()).begin(END_HEADERS, 1, memoryview(b"\x82"))

    assert found is not None
    assert found.fields == ((b":method", b"GET"),)


def test_a_block_in_three_frames() -> None:
    """The block is complete with END_HEADERS; END_STREAM was said at its beginning."""
    assembly = blocks.Assembly(limits.Limits())
    assert assembly.begin(playbook.END_STREAM, 1, memoryview(b"\x82")) is None
    assert assembly.stream_id == 1
    assert assembly.go_on(0, 1, memoryview(b"\x40\x01")) is None
    found = assembly.go_on(END_HEADERS, 1, memoryview(b"a\x01b"))

    assert found is not None
    assert found[0].fields == ((b":method", b"GET"), (b"a", b"b"))
    assert found[1] is True
    assert assembly.stream_id == 0


@pytest.mark.parametrize("stream_id", [0, 1, 3])
def test_a_continuation_of_nothing(stream_id: int) -> None:
    """CONTINUATION needs an open block."""
    with pytest.raises(problems.ConnectionProblem, match="CONTINUATION of nothing"):
        blocks.Assembly(limits.Limits()).go_on(0, stream_id, memoryview(b""))


def test_a_block_over_the_limit_of_bytes() -> None:
    """Bytes of a block are bounded before it is decoded."""
    assembly = blocks.Assembly(limits.Limits(header_block=100))
    assembly.begin(0, 1, memoryview(b"x" * 60))
    with pytest.raises(problems.ConnectionProblem) as found:
        assembly.go_on(0, 1, memoryview(b"x" * 60))

    assert found.value.code == codes.ErrorCode.ENHANCE_YOUR_CALM


def test_a_block_over_the_limit_of_frames() -> None:
    """Empty frames are bounded too."""
    assembly = blocks.Assembly(limits.Limits(header_frames=3))
    assembly.begin(0, 1, memoryview(b""))
    assembly.go_on(0, 1, memoryview(b""))
    assembly.go_on(0, 1, memoryview(b""))
    with pytest.raises(problems.ConnectionProblem) as found:
        assembly.go_on(0, 1, memoryview(b""))

    assert found.value.code == codes.ErrorCode.ENHANCE_YOUR_CALM
