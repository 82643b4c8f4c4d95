# SPDX-License-Identifier: Apache-2.0
"""What ends a command: one sentence, what helps, and the exit status."""

from . import exits


class Problem(Exception):
    """A command cannot do what it was asked for.

    `message` is `cannot VERB OBJECT: cause`; it may have more lines, one for each of several
    causes. `hint` is a command or what to change, or empty. The program prints both.
    """

    def __init__(self, message: str, hint: str = "", status: int = exits.PROBLEM) -> None:
        self.message = message
        self.hint = hint
        self.status = status
        super().__init__(message)
