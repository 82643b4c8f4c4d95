# SPDX-License-Identifier: Apache-2.0
"""The device, with a stand-in for the kernel behind it."""

import errno
import os
from pathlib import Path

import pytest
from unit.resmgr.sysfs.isst import driver

from resmgr.sysfs.isst import device, requests
from resmgr.sysfs.isst.requests import Mail

NULL = Path("/dev/null")
REQUEST = requests.mail(0, Mail.PROFILES)


def one(*errors: int, done: int = 1) -> driver.Driver:
    """A machine of one CPU."""
    return driver.Driver(
        {0: 0}, {0: 0}, {0: driver.processor(profiles=7)}, errors=list(errors), done=done
    )


def test_answers_come_back() -> None:
    """In the bytes of the request."""
    with device.Device(NULL, one()) as opened:
        assert REQUEST.answer(opened.ask(REQUEST)) == 7


@pytest.mark.parametrize("code", [errno.EBUSY, errno.EINTR])
def test_who_is_busy_is_asked_again(code: int) -> None:
    """Twice more, at once: the driver has waited already."""
    kernel = one(code, code)
    with device.Device(NULL, kernel) as opened:
        assert REQUEST.answer(opened.ask(REQUEST)) == 7

    assert len(kernel.calls) == 3


def test_who_is_always_busy_is_not_asked_for_ever() -> None:
    """The third error counts."""
    kernel = one(*[errno.EBUSY] * 9)
    with device.Device(NULL, kernel) as opened, pytest.raises(OSError, match="busy"):
        opened.ask(REQUEST)

    assert len(kernel.calls) == 3


def test_other_errors_count_at_once() -> None:
    """A command that the processor does not know is not repeated."""
    kernel = one(errno.ENXIO)
    with device.Device(NULL, kernel) as opened, pytest.raises(OSError, match="No such device"):
        opened.ask(REQUEST)

    assert len(kernel.calls) == 1


def test_a_command_that_was_not_carried_out_has_no_answer() -> None:
    """The kernel tells how many were."""
    with device.Device(NULL, one(done=0)) as opened, pytest.raises(OSError, match="Input/output"):
        opened.ask(REQUEST)


def test_the_device_is_closed_and_was_open_for_reading_only() -> None:
    """The kernel cannot unload drivers while it is open."""
    files = []

    def kernel(file: int, _: int, __: bytearray) -> int:
        files.append(file)
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.write(file, b"x")
        return 1

    with device.Device(NULL, kernel) as opened:
        opened.ask(REQUEST)

    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(files[0])
