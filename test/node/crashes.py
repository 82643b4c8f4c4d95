# SPDX-License-Identifier: Apache-2.0
"""Ends of an installer in the middle of what it does."""

from collections.abc import Callable


class Crash(BaseException):
    """The installer ends here, as at a power loss: nothing is caught, nothing tidied up."""


def after(count: int) -> Callable[[str], None]:
    """A hook that ends the installer at the operation of this number, counted from 0."""
    left = [count]

    def cut(what: str) -> None:
        if left[0] == 0:
            left[0] = -1
            raise Crash(what)
        left[0] -= 1

    return cut
