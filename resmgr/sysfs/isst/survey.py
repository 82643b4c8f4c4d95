# SPDX-License-Identifier: Apache-2.0
"""Asks each package what it knows of Speed Select, and believes only what can be true.

A package whose dies are told apart is asked die by die: each has its own count of cores.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from ... import cpuset
from ..machine import Cpu, Machine, Package
from ..speed import CLASSES, Feature, Service, SpeedSelect
from . import decode, requests
from .requests import CORES, Mail, Platform, Request

Ask = Callable[[Request], bytes]
"""Gives the bytes of a request with the answer in them; raises `OSError`."""

_MAILBOX = 1
"""Version of the interface whose requests are known; later processors have others (TPMI)."""

_WORD = 32


class Untold(Exception):
    """What a package does is not known; the text says why, in one clause."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is known by package, and why something is not, by package."""

    packages: Mapping[int, SpeedSelect] = field(default_factory=dict)
    untold: Mapping[int, str] = field(default_factory=dict)


def survey(ask: Ask, machine: Machine) -> Told:
    """Ask about all packages. Raises `Untold` if that tells of none of them."""
    platform = requests.platform(_sent(ask, requests.PLATFORM))
    if platform.version != _MAILBOX:
        what = "it is spoken to through TPMI" if platform.version > _MAILBOX else "it is unknown"
        raise Untold(f"version {platform.version} of its interface is not supported: {what}")
    if not platform.mailbox:
        raise Untold("neither driver isst_if_mbox_pci nor isst_if_mbox_msr is loaded")
    packages, untold = {}, {}
    for package in machine.packages.values():
        try:
            packages[package.id] = _package(ask, platform, machine, package)
        except Untold as error:
            untold[package.id] = str(error)
    return Told(packages, untold)


def _sent(ask: Ask, request: Request) -> bytes:
    try:
        return ask(request)
    except OSError as error:
        raise Untold(f"{request.name} is not answered: {error.strerror}") from error


def _package(ask: Ask, platform: Platform, machine: Machine, package: Package) -> SpeedSelect:
    dies = []
    for cpus in package.dies.values():
        own = [machine.cpus[id_] for id_ in cpuset.ids(cpus)]
        dies.append(_Die(ask, platform, own, whole=not machine.offline).told())
    found = dies[0]
    for die in dies[1:]:
        found = _joined(found, die)
    if fault := found.fault(package.cpus):
        raise Untold(fault)
    return found


def _joined(one: SpeedSelect, other: SpeedSelect) -> SpeedSelect:
    """Give what is true of two dies, which differ in their CPUs alone. Raises `Untold`."""
    if _bare(one) != _bare(other):
        raise Untold("its dies tell different things")
    services = tuple(
        replace(mine, cpus=mine.cpus | its.cpus)
        for mine, its in zip(one.services, other.services, strict=True)
    )
    return replace(one, base_cpus=one.base_cpus | other.base_cpus, services=services)


def _bare(one: SpeedSelect) -> SpeedSelect:
    services = tuple(replace(service, cpus=0) for service in one.services)
    return replace(one, base_cpus=0, services=services)


@dataclass(frozen=True, slots=True)
class _Die:
    """CPUs that have one count of cores; `whole`: no CPU of the machine is offline."""

    ask: Ask
    platform: Platform
    cpus: list[Cpu]
    whole: bool

    def told(self) -> SpeedSelect:
        """Ask for everything. Raises `Untold`."""
        cores = self._cores()
        profile = decode.profile(self._mail(Mail.PROFILES))
        # What is not there must not be asked for.
        if fault := profile.fault():
            raise Untold(fault)
        features = self._mail(Mail.FEATURES, profile.level)
        base, turbo = decode.base(features), decode.turbo(features)
        sharing = self._mail(Mail.SHARING)
        supported = decode.power_supported(self._mail(Mail.POWER))
        found = SpeedSelect(
            profile=profile,
            base=base,
            base_cpus=self._base(cores, profile.level) if base.supported else 0,
            turbo=turbo,
            power=Feature(supported, decode.power_enabled(sharing)),
            ordered=decode.ordered(sharing),
        )
        if not self.platform.registers:
            if found.sorted:
                raise Untold("classes of service are in use, and driver isst_if_mmio is not loaded")
            return found
        return replace(found, services=self._services(cores, found)) if supported else found

    def _mail(self, what: Mail, data: int = 0) -> int:
        return self._number(requests.mail(self.cpus[0].id, what, data))

    def _number(self, request: Request) -> int:
        return request.answer(_sent(self.ask, request))

    def _cores(self) -> dict[int, int]:
        """Give the CPUs of each core, by its number in the processor's own count."""
        cores: dict[int, int] = {}
        for cpu in self.cpus:
            number = decode.core(self._number(requests.core(cpu.id)))
            if number >= CORES:
                raise Untold(f"CPU {cpu.id} is of core {number}; more than {CORES} are not known")
            if cores.setdefault(number, cpu.threads) != cpu.threads:
                both = cpuset.show(cores[number] | cpu.threads)
                raise Untold(f"CPUs {both} are of core {number}, and not of one core")
        if len(cores) != len(set(cores.values())):
            raise Untold("threads of one core have different cores")
        return cores

    def _base(self, cores: Mapping[int, int], level: int) -> int:
        found = 0
        for word in range(max(cores) // _WORD + 1):
            answer = self._mail(Mail.BASE_CORES, word << 8 | level)
            for number in decode.cores(answer, word):
                # Cores that are offline are not told from those that are not there.
                if number not in cores and self.whole:
                    raise Untold(f"SST-BF names core {number}, which is none of the package")
                found |= cores.get(number, 0)
        return found

    def _services(self, cores: Mapping[int, int], found: SpeedSelect) -> tuple[Service, ...]:
        """Give the classes of service; who is in them only where they count."""
        first = self.cpus[0].id
        members = [0] * CLASSES
        for number, cpus in cores.items() if found.sorted else ():
            members[decode.member(self._number(requests.member(first, number)))] |= cpus
        return tuple(
            decode.service(self._number(requests.service(first, number)), cpus)
            for number, cpus in enumerate(members)
        )
