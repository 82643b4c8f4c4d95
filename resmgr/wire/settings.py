# SPDX-License-Identifier: Apache-2.0
"""SETTINGS of HTTP/2: what a peer allows, and how a frame changes it (RFC 9113, section 6.5)."""

import dataclasses

from . import codes, frames, problems

_FIELDS = {
    codes.HEADER_TABLE_SIZE: "header_table_size",
    codes.ENABLE_PUSH: "enable_push",
    codes.MAX_CONCURRENT_STREAMS: "max_concurrent_streams",
    codes.INITIAL_WINDOW_SIZE: "initial_window_size",
    codes.MAX_FRAME_SIZE: "max_frame_size",
    codes.MAX_HEADER_LIST_SIZE: "max_header_list_size",
}
_UNLIMITED = 2**32 - 1


@dataclasses.dataclass(frozen=True, slots=True)
class Settings:
    """One side's settings; the defaults are those that count before any frame came.

    A peer's `max_header_list_size` is known and not enforced: it is advice (RFC 9113, section
    6.5.2), and what is too long for the peer gets the peer's own answer.
    """

    header_table_size: int = 4096
    enable_push: int = 1
    max_concurrent_streams: int = _UNLIMITED
    initial_window_size: int = codes.DEFAULT_WINDOW
    max_frame_size: int = codes.SMALLEST_FRAME_LIMIT
    max_header_list_size: int = _UNLIMITED

    def differing(self) -> dict[int, int]:
        """Number -> value of what differs from the defaults: the content of our first frame."""
        return {
            number: getattr(self, name)
            for number, name in _FIELDS.items()
            if getattr(self, name) != getattr(_DEFAULTS, name)
        }


_DEFAULTS = Settings()


def changed(old: Settings, payload: memoryview, *, from_server: bool) -> Settings:
    """The settings after a frame with this payload; only the last value of each counts.

    Raises `problems.ConnectionProblem` for a length or a value that is not allowed. Unknown
    settings are ignored, as the protocol demands.
    """
    if len(payload) % 6:
        raise problems.ConnectionProblem(
            codes.ErrorCode.FRAME_SIZE_ERROR, "SETTINGS whose length is no multiple of 6"
        )
    new: dict[str, int] = {}
    for number, value in frames.setting_pairs(payload):
        name = _FIELDS.get(number)
        if name is None:
            continue
        _check(number, value, from_server=from_server)
        new[name] = value
    return dataclasses.replace(old, **new) if new else old


def _check(number: int, value: int, *, from_server: bool) -> None:
    """Refuse values that RFC 9113, section 6.5.2, does not allow."""
    if number == codes.ENABLE_PUSH and value > (0 if from_server else 1):
        raise problems.ConnectionProblem(codes.ErrorCode.PROTOCOL_ERROR, f"ENABLE_PUSH is {value}")
    if number == codes.INITIAL_WINDOW_SIZE and value > codes.LARGEST_WINDOW:
        raise problems.ConnectionProblem(
            codes.ErrorCode.FLOW_CONTROL_ERROR, f"INITIAL_WINDOW_SIZE is {value}"
        )
    if number == codes.MAX_FRAME_SIZE and not (
        codes.SMALLEST_FRAME_LIMIT <= value <= codes.LARGEST_FRAME_LIMIT
    ):
        raise problems.ConnectionProblem(
            codes.ErrorCode.PROTOCOL_ERROR, f"MAX_FRAME_SIZE is {value}"
        )
