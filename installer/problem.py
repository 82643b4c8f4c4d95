# SPDX-License-Identifier: Apache-2.0
"""What an operator reads when something cannot be done: one sentence and what helps."""


class Problem(Exception):
    """Something that could not be done on the node.

    `str()` is `cannot VERB OBJECT: cause`; `hint` is a command or a remedy, or empty. Edges
    (systemd, kubelet, API) raise it or a class of their own below it; anything else that escapes
    from a step counts as a defect of ours, and is rolled back in the same way.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        self.message = message
        self.hint = hint
        super().__init__(message)

    def __str__(self) -> str:
        return f"{self.message} (hint: {self.hint})" if self.hint else self.message


class NotNow(Problem):
    """Not an error: the step is due later, such as a switch less than five minutes after another.

    `seconds` tells when to try again. What was done so far is kept; nothing is rolled back.
    """

    def __init__(self, message: str, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(message)


class Stopped(NotNow):
    """The program was asked to end while it waited. The journal stays open for the next one."""

    def __init__(self) -> None:
        super().__init__("asked to stop", 0)


class FileProblem(Problem):
    """An operation on the disk that failed; `errno` is the system's number, or 0."""

    def __init__(self, message: str, hint: str = "", number: int = 0) -> None:
        self.errno = number
        super().__init__(message, hint)
