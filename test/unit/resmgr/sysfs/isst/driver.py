# SPDX-License-Identifier: Apache-2.0
"""A stand-in for the kernel's driver behind `/dev/isst_interface`: bytes in, bytes out.

Layouts are those of `linux/isst_if.h`, written here as its structures are and not as our code has
them. Whoever tries to set something fails the test.
"""

import ctypes
import errno
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from resmgr import cpuset
from resmgr.sysfs import machine, speeds

U8, U16, U32 = ctypes.c_uint8, ctypes.c_uint16, ctypes.c_uint32


def structure(name: str, **fields: type[Any]) -> type[ctypes.Structure]:
    """Give a structure of C with these members."""
    return type(name, (ctypes.Structure,), {"_fields_": list(fields.items())})


PlatformInfo = structure(
    "isst_if_platform_info",
    api_version=U16,
    driver_version=U16,
    max_cmds_per_ioctl=U16,
    mbox_supported=U8,
    mmio_supported=U8,
)
CpuMap = structure("isst_if_cpu_maps", cmd_count=U32, logical_cpu=U32, physical_cpu=U32)
IoReg = structure(
    "isst_if_io_regs", req_count=U32, read_write=U32, logical_cpu=U32, reg=U32, value=U32
)
MboxCmd = structure(
    "isst_if_mbox_cmds",
    cmd_count=U32,
    logical_cpu=U32,
    parameter=U32,
    req_data=U32,
    resp_data=U32,
    command=U16,
    sub_command=U16,
    reserved=U32,
)
"""The last three are lists; they have room for one command."""


def number(direction: int, nr: int) -> int:
    """Give the number of an ioctl as the macros `_IOR`, `_IOW`, `_IOWR` make it."""
    return direction << 30 | ctypes.sizeof(ctypes.c_void_p) << 16 | 0xFE << 8 | nr


READ, WRITE, BOTH = 2, 1, 3

PLATFORM, CORE = number(READ, 0), number(BOTH, 1)
REGISTER, MAILBOX = number(WRITE, 2), number(BOTH, 3)

READING = {(0x7F, 0x00), (0x7F, 0x01), (0x7F, 0x20), (0x94, 0x03), (0xD0, 0x02)}
"""Mailbox commands that read as long as their parameter has no bit 8."""


class Sets(AssertionError):
    """Somebody tried to change the machine."""


@dataclass
class Package:
    """What a processor answers; mailbox data by (command, sub-command, request data)."""

    mailbox: dict[tuple[int, int, int], int]
    registers: dict[int, int] = field(default_factory=dict)


@dataclass
class Driver:
    """The driver of a machine: `cores` are physical ids by CPU, `homes` the package of a CPU."""

    cores: dict[int, int]
    homes: dict[int, int]
    packages: dict[int, Package]
    version: int = 1
    mailbox: bool = True
    registers: bool = True
    errors: list[int] = field(default_factory=list)
    """Error numbers that are raised for the next mailbox commands, one each."""

    done: int = 1
    """What calls give: how many commands were carried out."""

    calls: list[int] = field(default_factory=list)

    def __call__(self, file: int, call: int, content: bytearray) -> int:
        """Carry an ioctl out."""
        os.fstat(file)
        self.calls.append(call)
        if call == PLATFORM:
            found = PlatformInfo(self.version, 1, 64, self.mailbox, self.registers)
            content[:] = bytes(found)
            return 0
        answers = {CORE: self._core, REGISTER: self._register, MAILBOX: self._mailbox}
        if call not in answers:
            raise OSError(errno.ENOTTY, os.strerror(errno.ENOTTY))
        content[:] = answers[call](bytes(content))
        return self.done

    def source(self) -> speeds.Source:
        """Give it as the device of a machine; any character device can be opened."""
        return speeds.Source(Path("/dev/null"), self)

    def _core(self, content: bytes) -> bytes:
        asked = CpuMap.from_buffer_copy(content)
        assert asked.cmd_count == 1
        asked.physical_cpu = self.cores[asked.logical_cpu]
        return bytes(asked)

    def _register(self, content: bytes) -> bytes:
        asked = IoReg.from_buffer_copy(content)
        if asked.read_write:
            raise Sets(f"register {asked.reg}")
        assert asked.req_count == 1
        own = self.packages[self.homes[asked.logical_cpu]].registers
        if not self.registers or asked.reg not in own:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        asked.value = own[asked.reg]
        return bytes(asked)

    def _mailbox(self, content: bytes) -> bytes:
        asked = MboxCmd.from_buffer_copy(content)
        what = (asked.command, asked.sub_command)
        if what not in READING or asked.parameter & 0x100:
            raise Sets(f"mailbox command {what}")
        assert (asked.cmd_count, asked.reserved) == (1, 0)
        if self.errors:
            code = self.errors.pop(0)
            raise OSError(code, os.strerror(code))
        own = self.packages[self.homes[asked.logical_cpu]].mailbox
        if (*what, asked.req_data) not in own:
            raise OSError(errno.ENXIO, os.strerror(errno.ENXIO))
        asked.resp_data = own[*what, asked.req_data]
        return bytes(asked)


def processor(
    *,
    profiles: int = 1 << 31 | 4 << 8,
    features: int = 0,
    base: int = 0,
    base_above: int = 0,
    power: int = 0,
    sharing: int = 0,
    services: tuple[int, int, int, int] = (0x00FF0000,) * 4,
    members: dict[int, int] | None = None,
) -> Package:
    """Give a package by its answers; members are classes of service by core."""
    level = profiles >> 16 & 0xFF
    mailbox = {
        (0x7F, 0x00, 0): profiles,
        (0x7F, 0x01, level): features,
        (0x7F, 0x20, level): base,
        (0x7F, 0x20, 1 << 8 | level): base_above,
        (0x94, 0x03, 0): power,
        (0xD0, 0x02, 0): sharing,
    }
    registers = {0x08 + 4 * at: value for at, value in enumerate(services)}
    registers |= {0x20 + 4 * core: 0 for core in range(64)}
    registers |= {0x20 + 4 * core: class_ << 16 for core, class_ in (members or {}).items()}
    return Package(mailbox, registers)


def of(found: machine.Machine, *packages: Package) -> Driver:
    """Give the driver of a machine; cores are counted from 0 in each die, as processors do."""
    cores = {}
    for package in found.packages.values():
        for cpus in package.dies.values():
            firsts = sorted({cpuset.first(found.cpus[id_].threads) for id_ in cpuset.ids(cpus)})
            for number, first in enumerate(firsts):
                for thread, id_ in enumerate(cpuset.ids(found.cpus[first].threads)):
                    cores[id_] = number << 1 | thread
    homes = {id_: cpu.package for id_, cpu in found.cpus.items()}
    return Driver(cores, homes, dict(enumerate(packages)))
