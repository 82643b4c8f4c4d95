# SPDX-License-Identifier: Apache-2.0
"""CPUs that a policy may use and has to reserve, from the values in a configuration.

A value is a number of CPUs, a quantity (`750m`), a list (`cpuset:0-3`, `0-3,8`) or the directory of
a cgroup (`cgroup:DIR`, `/DIR`) whose cpuset counts. Files are read by who calls, by a function.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .. import cpuset, quantity
from ..sysfs.machine import Machine
from .interface import BadConfiguration, Constraints

Read = Callable[[str], str | None]
"""Gives what is in the file of a path; None for one that is not there."""

AVAILABLE, RESERVED = "policy.AvailableResources.CPU", "policy.ReservedResources.CPU"
"""Where the values stand in a configuration; what is wrong with them begins with that."""

_FILES = ("cpuset.cpus", "cpuset.cpus.effective")
"""The second one counts where the first one is empty, which is what cgroup v2 has by default."""


@dataclass(frozen=True, slots=True)
class Cgroups:
    """Where cgroups are: absolute paths, without a slash at their ends."""

    root: str = ""
    """What the whole machine is mounted below."""

    mount: str = "/sys/fs/cgroup"
    """The mount point, as it is reached from here: with the root in front, where there is one."""

    def places(self, directory: str) -> tuple[str, ...]:
        """Give where a directory may be, in the order in which they count."""
        name = directory.strip("/")
        places = (
            f"/{name}" if directory.startswith("/") else "",
            f"{self.root}/{name}" if directory.startswith("/") else "",
            f"{self.mount}/{name}",
            f"{self.mount}/cpuset/{name}",
        )
        return tuple(dict.fromkeys(place for place in places if place))


@dataclass(frozen=True, slots=True)
class _Cpus:
    """The CPUs of one value: which, or how many milli-CPU."""

    mask: int | None = None
    milli: int | None = None


def resolve(data: Mapping[str, Any], cgroups: Cgroups, read: Read) -> Constraints:
    """Read `AvailableResources` and `ReservedResources` in the data of the module `policy`.

    Raises `BadConfiguration` with a line for each of them that is wrong.
    """
    problems: list[str] = []
    found = []
    for key in ("AvailableResources", "ReservedResources"):
        try:
            found.append(_resolve(data.get(key) or {}, cgroups, read))
        except ValueError as error:
            problems.append(f"policy.{key}.{error}")
            found.append(_Cpus())
    if problems:
        raise BadConfiguration("\n".join(problems))
    available, reserved = found
    return Constraints(
        available=available.mask,
        available_milli=available.milli,
        reserved=reserved.mask,
        reserved_milli=reserved.milli,
    )


def _resolve(resources: Mapping[str, Any], cgroups: Cgroups, read: Read) -> _Cpus:
    result = _Cpus()
    for key, value in resources.items():
        if key.casefold() != "cpu":
            raise ValueError(f"{key}: unknown resource, known: CPU")
        try:
            result = _value(value, cgroups, read)
        except ValueError as error:
            raise ValueError(f"{key}: {error}") from error
    return result


def _value(value: Any, cgroups: Cgroups, read: Read) -> _Cpus:
    if value is None:
        return _Cpus()
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if not 0 <= value <= cpuset.MAX_ID:
            raise ValueError(f"{value} is no number of CPUs")
        return _Cpus(milli=int(1000 * value))
    if not isinstance(value, str):
        raise ValueError(f"expected CPUs, got {value!r}")  # noqa: TRY004 - all problems are alike
    return _text(value, cgroups, read)


def _text(value: str, cgroups: Cgroups, read: Read) -> _Cpus:
    if not value:
        raise ValueError("missing CPU constraint value")
    if value.startswith("/"):
        return _Cpus(mask=_of_cgroup(value, cgroups, read))
    qualifier, colon, rest = value.partition(":")
    if not colon and not set("-,") & set(value):
        return _Cpus(milli=_milli(value))
    if not colon or qualifier == "cpuset":
        return _Cpus(mask=_named(rest if colon else value))
    if qualifier == "cgroup":
        return _Cpus(mask=_of_cgroup(rest, cgroups, read))
    raise ValueError(f"invalid CPU constraint qualifier {qualifier!r}, known: cpuset, cgroup")


def _milli(text: str) -> int:
    try:
        value = quantity.milli(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is {error}") from error
    if value < 0:
        raise ValueError(f"{text!r} is negative")
    return value


def _named(text: str) -> int:
    mask = cpuset.parse(text)
    if not mask:
        raise ValueError("the CPU list is empty")
    return mask


def _of_cgroup(directory: str, cgroups: Cgroups, read: Read) -> int:
    if not directory.strip("/") or ".." in directory.split("/"):
        raise ValueError(f"{directory!r} is no directory of a cgroup")
    for place in cgroups.places(directory):
        for name in _FILES:
            text = (read(f"{place}/{name}") or "").strip()
            if text:
                return cpuset.parse(text)
    looked = ", ".join(cgroups.places(directory))
    raise ValueError(
        f'failed to find cpuset.cpus for CPU cgroup constraint "{directory}" (looked in {looked})'
    )


def show(mask: int | None, milli: int | None) -> str:
    """Write a constraint as a configuration has it: `cpuset:LIST`, a quantity, or empty text."""
    if mask is not None:
        return f"cpuset:{cpuset.show(mask)}"
    if milli is None:
        return ""
    return f"{milli}m" if milli % 1000 else f"{milli // 1000}"


def whole(milli: int) -> int:
    """Give the whole CPUs that a quantity in milli-CPU takes."""
    return -(-milli // 1000)


def usable(constraints: Constraints, machine: Machine) -> int:
    """Give the online CPUs that a policy may use.

    Raises `BadConfiguration`, also for lists with CPUs that the machine does not have; one that is
    offline may come back, so it may be named.
    """
    _there(constraints, machine)
    if constraints.available_milli is not None:
        shown = show(None, constraints.available_milli)
        raise BadConfiguration(
            f"{AVAILABLE}: invalid type for available CPU set:"
            f" {shown} tells how many CPUs, not which;"
            " name them, as in AvailableResources: {CPU: cpuset:0-7}"
        )
    if constraints.available is None:
        return machine.online
    mask = constraints.available & machine.online
    if not mask:
        shown = cpuset.show(constraints.available)
        raise BadConfiguration(
            f"{AVAILABLE}: no available CPU is online: {shown} of {cpuset.show(machine.online)}"
        )
    return mask


def _there(constraints: Constraints, machine: Machine) -> None:
    has = machine.online | machine.offline
    problems = [
        f"{where}: CPUs {cpuset.show(mask & ~has)} are not in this machine, which has"
        f" {cpuset.show(has)}"
        for where, mask in ((AVAILABLE, constraints.available), (RESERVED, constraints.reserved))
        if mask is not None and mask & ~has
    ]
    if problems:
        raise BadConfiguration("\n".join(problems))
