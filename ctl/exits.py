# SPDX-License-Identifier: Apache-2.0
"""Exit statuses, the same for every command."""

from collections.abc import Mapping
from typing import Final

FINE: Final = 0
PROBLEM: Final = 1
USAGE: Final = 2
UNREACHABLE: Final = 3
INTERRUPTED: Final = 130
"""What shells give a program that Ctrl-C ended."""

STATUSES: Mapping[int, str] = {
    FINE: "it is as asked for, and nothing wrong was found",
    PROBLEM: "something is wrong, or was refused; the output says what",
    USAGE: "the command line is wrong",
    UNREACHABLE: "who should answer does not: the daemon, the runtime, its state",
    INTERRUPTED: "a person ended it with Ctrl-C",
}
"""Status -> what it means."""
