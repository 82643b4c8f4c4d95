# SPDX-License-Identifier: Apache-2.0
"""Requests as bytes; layouts are held against those of the kernel's header."""

import hypothesis
import hypothesis.strategies as st
import pytest
from unit.resmgr.sysfs.isst import driver

from resmgr.sysfs.isst import requests
from resmgr.sysfs.isst.requests import Call, Mail

SETTING = {(0x7F, 0x02), (0x7F, 0x08), (0x95, 0x03)}
"""Mailbox commands that set something, whatever their parameter is."""

CPUS = st.integers(0, 2**16)
MAILS = st.builds(requests.mail, CPUS, st.sampled_from(Mail), st.integers(0, 2**32 - 1))
REGISTERS = st.builds(requests.service, CPUS, st.integers(0, 3)) | st.builds(
    requests.member, CPUS, st.integers(0, 63)
)


def test_calls_have_the_numbers_of_the_kernel() -> None:
    """As its macros make them; the one for model-specific registers is not among them."""
    assert {call.name: call.value for call in Call} == {
        "PLATFORM": driver.PLATFORM,
        "CORE": driver.CORE,
        "REGISTER": driver.REGISTER,
        "MAILBOX": driver.MAILBOX,
    }


def test_calls_have_the_numbers_that_a_c_compiler_makes() -> None:
    """From the macros of `linux/isst_if.h`, whose arguments are pointers, on a 64-bit machine."""
    assert {call.name: call.value for call in Call} == {
        "PLATFORM": 0x8008FE00,
        "CORE": 0xC008FE01,
        "REGISTER": 0x4008FE02,
        "MAILBOX": 0xC008FE03,
    }


def test_no_mailbox_command_that_sets_is_known() -> None:
    """All of them are among those that read."""
    known = {mail.value for mail in Mail}

    assert known == driver.READING
    assert not known & SETTING


@hypothesis.given(MAILS)
def test_no_mailbox_command_can_be_a_write(request_: requests.Request) -> None:
    """Whatever is asked, the parameter with the bit for writing is 0, and so is the rest."""
    sent = driver.MboxCmd.from_buffer_copy(request_.content)

    assert request_.call is Call.MAILBOX
    assert (sent.cmd_count, sent.parameter, sent.resp_data, sent.reserved) == (1, 0, 0, 0)
    assert (sent.command, sent.sub_command) in driver.READING


@hypothesis.given(REGISTERS)
def test_no_register_can_be_written(request_: requests.Request) -> None:
    """Whatever is asked, it is a read of a register that classes of service have."""
    sent = driver.IoReg.from_buffer_copy(request_.content)

    assert request_.call is Call.REGISTER
    assert (sent.req_count, sent.read_write, sent.value) == (1, 0, 0)
    assert sent.reg in {*range(0x08, 0x18, 4), *range(0x20, 0x120, 4)}


@pytest.mark.parametrize("number", [-1, 4])
def test_there_are_four_classes(number: int) -> None:
    """No other register is asked for."""
    with pytest.raises(ValueError, match="there is no class"):
        requests.service(0, number)


@pytest.mark.parametrize("core", [-1, 64])
def test_there_are_sixty_four_cores(core: int) -> None:
    """No other register is asked for."""
    with pytest.raises(ValueError, match="there is no core"):
        requests.member(0, core)


def test_a_mailbox_command_in_bytes() -> None:
    """The CPU, what is asked, and where the answer comes."""
    sent = driver.MboxCmd.from_buffer_copy(requests.mail(9, Mail.BASE_CORES, 0x103).content)
    sent.resp_data = 0xDEADBEEF

    assert (sent.logical_cpu, sent.req_data) == (9, 0x103)
    assert (sent.command, sent.sub_command) == (0x7F, 0x20)
    assert requests.mail(9, Mail.BASE_CORES).answer(bytes(sent)) == 0xDEADBEEF


def test_registers_and_cores_in_bytes() -> None:
    """Answers are where the kernel's structures have them."""
    register = driver.IoReg.from_buffer_copy(requests.member(9, 5).content)
    register.value = 7
    core = driver.CpuMap.from_buffer_copy(requests.core(9).content)
    core.physical_cpu = 8

    assert (register.logical_cpu, register.reg) == (9, 0x34)
    assert requests.member(9, 5).answer(bytes(register)) == 7
    assert (core.cmd_count, core.logical_cpu) == (1, 9)
    assert requests.core(9).answer(bytes(core)) == 8


def test_the_platform_in_bytes() -> None:
    """The version of the interface, and which drivers there are."""
    told = bytes(driver.PlatformInfo(2, 1, 64, 0, 1))

    assert len(requests.PLATFORM.content) == len(told)
    assert requests.platform(told) == requests.Platform(2, mailbox=False, registers=True)
