# SPDX-License-Identifier: Apache-2.0
"""Waiting, and what ends it."""

import os
import signal
import socket

import pytest

from installer.loop import Loop

LONG = 60.0


def test_a_wait_goes_by() -> None:
    """It tells that the program was not asked to end."""
    loop = Loop()
    before = loop.monotonic()

    assert loop.wait(0.01)
    assert loop.idle(0.01)
    assert loop.monotonic() - before >= 0.02


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_being_asked_to_end_ends_every_wait(number: int) -> None:
    """At once, and from then on nothing waits."""
    loop = Loop()
    with loop.signals():
        os.kill(os.getpid(), number)

        assert not loop.wait(LONG)
    assert not loop.idle(LONG)


def test_a_signal_wakes_only_those_who_are_idle() -> None:
    """A step that waits for a kubelet is not cut short."""
    loop = Loop()
    with loop.signals():
        os.kill(os.getpid(), signal.SIGHUP)

        assert loop.wait(0.01)
        assert loop.idle(LONG)


def test_signals_are_as_before() -> None:
    """A command that ends leaves nothing behind."""
    before = signal.getsignal(signal.SIGTERM)
    with Loop().signals():
        pass

    assert signal.getsignal(signal.SIGTERM) is before


def test_who_connects_is_answered_during_a_wait() -> None:
    """Metrics are served whatever the installer waits for."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        loop = Loop()
        answered = []

        def answer() -> None:
            listening.accept()[0].close()
            answered.append(1)
            loop.stopped = True

        loop.serve(listening, answer)
        with socket.create_connection(listening.getsockname(), 5):
            loop.wait(LONG)

    assert answered == [1]


def test_each_wait_is_a_sign_of_life() -> None:
    """The probe sees a loop that turns."""
    beats = []
    Loop(beat=lambda: beats.append(1)).wait(0.01)

    assert beats
