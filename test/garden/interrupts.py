# SPDX-License-Identifier: Apache-2.0
"""A program that is told to end ends as after Ctrl-C, so that all that it started goes with it."""

import signal


def take() -> None:
    """Have SIGTERM do what SIGINT does, also where a shell started us deaf to it.

    asyncio takes SIGINT between two steps of its loop. An exception out of a handler of our own
    could come within one and lose what the loop was about to do: it would wait for that for ever.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
