# SPDX-License-Identifier: Apache-2.0
"""What Intel Speed Select (SST) does to a package, as plain data; CPU sets are masks (`cpuset`).

Frequencies in kHz, as everywhere in `machine`.
"""

from dataclasses import dataclass

from .. import cpuset

CLASSES = 4
"""Classes of service that a package has."""

HIGHEST = 15
"""Of energy preferences and weights; lower values are the more eager ones."""


@dataclass(frozen=True, slots=True)
class Feature:
    """A part of Speed Select: whether the package has it, and whether it is in use."""

    supported: bool = False
    enabled: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    """Performance profiles (SST-PP): which one of `0` to `highest` is in use.

    `locked`: the operating system cannot change it.
    """

    supported: bool = False
    level: int = 0
    highest: int = 0
    locked: bool = False

    def fault(self) -> str:
        """Tell in a clause what cannot be true of it."""
        if 0 <= self.level <= self.highest:
            return ""
        return f"profile {self.level} is in use, the highest is {self.highest}"


@dataclass(frozen=True, slots=True)
class Service:
    """A class of service (CLOS): who is in it, and what it is entitled to."""

    cpus: int = 0
    min_frequency: int = 0
    max_frequency: int = 0
    energy_preference: int = 0
    weight: int = 0
    """Proportional priority; the lowest one gets most."""


@dataclass(frozen=True, slots=True)
class SpeedSelect:
    """All that is known of a package."""

    profile: Profile = Profile()
    base: Feature = Feature()
    """Higher base frequency for some cores (SST-BF)."""

    base_cpus: int = 0
    """Mask of the CPUs that have it once it is enabled."""

    turbo: Feature = Feature()
    """Higher turbo frequency for the first two classes (SST-TF)."""

    power: Feature = Feature()
    """Classes of service share the power (SST-CP)."""

    ordered: bool = False
    """Classes count in order of their numbers; else in proportion to their weights."""

    services: tuple[Service, ...] = ()
    """All `CLASSES` by number, or none: nothing is known of them. CPUs are in them if `sorted`."""

    @property
    def sorted(self) -> bool:
        """Whether the classes of CPUs count for anything."""
        return self.power.enabled or self.turbo.enabled

    def fault(self, cpus: int) -> str:
        """Tell in a clause what cannot be true of a package with these online CPUs."""
        if fault := self.profile.fault():
            return fault
        features = {"SST-BF": self.base, "SST-TF": self.turbo, "SST-CP": self.power}
        for name, feature in features.items():
            if feature.enabled and not feature.supported:
                return f"{name} is enabled, and not supported"
        return self._fault_of_services() or self._fault_of_cpus(cpus)

    def _fault_of_services(self) -> str:
        if len(self.services) not in {0, CLASSES}:
            return f"there are {len(self.services)} classes of service instead of {CLASSES}"
        seen = 0
        for service in self.services:
            if seen & service.cpus:
                return f"CPUs {cpuset.show(seen & service.cpus)} are in several classes of service"
            seen |= service.cpus
        return ""

    def _fault_of_cpus(self, cpus: int) -> str:
        # No CPU is in several of them.
        members = sum(service.cpus for service in self.services)
        if outside := (self.base_cpus | members) & ~cpus:
            return f"CPUs {cpuset.show(outside)} are no online CPUs of the package"
        if self.sorted and members != cpus:
            return f"CPUs {cpuset.show(cpus & ~members)} are in no class of service"
        return ""
