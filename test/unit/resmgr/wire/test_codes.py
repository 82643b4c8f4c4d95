# SPDX-License-Identifier: Apache-2.0
"""Names of numbers."""

from resmgr.wire import codes


def test_known_codes_have_names() -> None:
    """An error code of RFC 9113 is told by its name."""
    assert codes.name_of(8) == "CANCEL"


def test_unknown_codes_are_numbers() -> None:
    """A code that nobody defined is told as a number."""
    assert codes.name_of(77) == "code 77"
