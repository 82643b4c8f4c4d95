# SPDX-License-Identifier: Apache-2.0
"""SETTINGS."""

import struct

import pytest

from resmgr.wire import codes, problems, settings


def payload(*pairs: tuple[int, int]) -> memoryview:
    """Write pairs of number and value."""
    return memoryview(b"".join(struct.pack(">HL", *pair) for pair in pairs))


def test_values_replace_the_old_ones() -> None:
    """What a frame names changes, the rest stays."""
    new = settings.changed(settings.Settings(), payload((4, 10), (5, 20_000)), from_server=False)

    assert new == settings.Settings(initial_window_size=10, max_frame_size=20_000)


def test_the_last_value_counts() -> None:
    """A setting that is named twice has its last value."""
    new = settings.changed(settings.Settings(), payload((3, 1), (3, 2)), from_server=False)

    assert new.max_concurrent_streams == 2


def test_unknown_settings_are_ignored() -> None:
    """A setting that RFC 9113 does not know changes nothing."""
    old = settings.Settings()

    assert settings.changed(old, payload((0x99, 1)), from_server=False) is old


@pytest.mark.parametrize(
    ("pair", "code"),
    [
        ((2, 2), codes.ErrorCode.PROTOCOL_ERROR),
        ((4, 2**31), codes.ErrorCode.FLOW_CONTROL_ERROR),
        ((5, 16_383), codes.ErrorCode.PROTOCOL_ERROR),
        ((5, 2**24), codes.ErrorCode.PROTOCOL_ERROR),
    ],
)
def test_values_out_of_range_end_the_connection(
    pair: tuple[int, int], code: codes.ErrorCode
) -> None:
    """The limits of RFC 9113, section 6.5.2, hold."""
    with pytest.raises(problems.ConnectionProblem) as found:
        settings.changed(settings.Settings(), payload(pair), from_server=False)

    assert found.value.code == code


def test_a_server_cannot_ask_for_pushes() -> None:
    """ENABLE_PUSH of 1 is for clients only."""
    assert settings.changed(settings.Settings(), payload((2, 1)), from_server=False).enable_push
    with pytest.raises(problems.ConnectionProblem):
        settings.changed(settings.Settings(), payload((2, 1)), from_server=True)


def test_a_length_that_is_no_multiple_of_six() -> None:
    """Half a setting is an error of the frame's size."""
    with pytest.raises(problems.ConnectionProblem) as found:
        settings.changed(settings.Settings(), memoryview(b"12345"), from_server=False)

    assert found.value.code == codes.ErrorCode.FRAME_SIZE_ERROR


def test_only_differences_are_said() -> None:
    """Our first frame names what differs from the defaults."""
    assert settings.Settings(max_concurrent_streams=5).differing() == {3: 5}
