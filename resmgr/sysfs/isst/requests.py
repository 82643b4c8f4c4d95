# SPDX-License-Identifier: Apache-2.0
"""The requests that there are, as bytes; each of them reads, and none can be made to write.

An ioctl takes a count and so many commands; here it is always one command. Mailbox commands have a
parameter, in which a bit makes writes of them: it is 0 in all of ours. Commands for registers say
whether they write: ours never do.
"""

import struct
from dataclasses import dataclass
from enum import Enum, IntEnum

from .. import speed

CORES = 64
"""Cores of a package that masks and registers have room for."""


class Call(IntEnum):
    """Numbers of ioctls; the size in them is that of a pointer, 8 bytes."""

    PLATFORM = 0x8008_FE00
    CORE = 0xC008_FE01
    REGISTER = 0x4008_FE02
    MAILBOX = 0xC008_FE03


class Mail(Enum):
    """Commands and sub-commands of the mailbox. Those that set something have numbers beside."""

    PROFILES = (0x7F, 0x00)
    FEATURES = (0x7F, 0x01)
    BASE_CORES = (0x7F, 0x20)
    POWER = (0x94, 0x03)
    SHARING = (0xD0, 0x02)


_ONE = 1
_READ = 0
_PARAMETER = 0
_UNUSED = 0

_PLATFORM = struct.Struct("=HHHBB")
_CORE = struct.Struct("=III")
_REGISTER = struct.Struct("=IIIII")
_MAILBOX = struct.Struct("=IIIIIHHI")
_ANSWER = struct.Struct("=I")

_SERVICES, _MEMBERS = 0x08, 0x20
"""Offsets of the registers of classes, and of cores' classes; 4 bytes each."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked; the answer replaces the 4 bytes at `place`."""

    call: Call
    content: bytes
    place: int = 0
    name: str = ""
    """As messages call it."""

    def answer(self, content: bytes) -> int:
        """Take the answer out of what came back."""
        found: int = _ANSWER.unpack_from(content, self.place)[0]
        return found


@dataclass(frozen=True, slots=True)
class Platform:
    """What the driver is able to: the version of its interface, and two of its parts."""

    version: int
    mailbox: bool
    registers: bool


PLATFORM = Request(Call.PLATFORM, bytes(_PLATFORM.size), name="what the driver is able to")


def platform(content: bytes) -> Platform:
    """Read the answer to `PLATFORM`, which is all of what came back."""
    version, _, _, mailbox, registers = _PLATFORM.unpack(content)
    return Platform(version, bool(mailbox), bool(registers))


def core(cpu: int) -> Request:
    """Ask which core a CPU is of, in the processor's own count."""
    return Request(Call.CORE, _CORE.pack(_ONE, cpu, _UNUSED), 8, f"the core of CPU {cpu}")


def mail(cpu: int, what: Mail, data: int = 0) -> Request:
    """Ask the package of a CPU; `data` says more of what is asked."""
    command, below = what.value
    content = _MAILBOX.pack(_ONE, cpu, _PARAMETER, data, _UNUSED, command, below, _UNUSED)
    return Request(Call.MAILBOX, content, 16, f"mailbox command {command:#04x}/{below:#04x}")


def service(cpu: int, number: int) -> Request:
    """Ask the package of a CPU what a class of service is entitled to."""
    if not 0 <= number < speed.CLASSES:
        raise ValueError(f"there is no class {number}")
    return _register(cpu, _SERVICES + 4 * number)


def member(cpu: int, core: int) -> Request:
    """Ask the package of a CPU which class a core is in."""
    if not 0 <= core < CORES:
        raise ValueError(f"there is no core {core}")
    return _register(cpu, _MEMBERS + 4 * core)


def _register(cpu: int, offset: int) -> Request:
    content = _REGISTER.pack(_ONE, _READ, cpu, offset, _UNUSED)
    return Request(Call.REGISTER, content, 16, f"register {offset:#05x}")
