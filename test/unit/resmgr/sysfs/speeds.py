# SPDX-License-Identifier: Apache-2.0
"""Packages with Speed Select, for tests."""

import hypothesis.strategies as st

from resmgr import cpuset
from resmgr.sysfs.speed import Feature, Profile, Service, SpeedSelect

ON = Feature(supported=True, enabled=True)
OFF = Feature(supported=True)


def example(cpus: int) -> SpeedSelect:
    """The first CPU of a package is in class 0, the others in class 3, and that is in use."""
    first = cpus & -cpus
    return SpeedSelect(
        profile=Profile(supported=True, level=1, highest=4),
        base=OFF,
        base_cpus=first,
        power=ON,
        ordered=True,
        services=(
            Service(first, 2_000_000, 25_500_000),
            Service(),
            Service(),
            Service(cpus & ~first, 800_000, 2_000_000, 8, 15),
        ),
    )


def sorted_(*classes: str, weights: tuple[int, ...] = (0, 1, 2, 3)) -> tuple[Service, ...]:
    """Give four classes by the lists of their CPUs."""
    lists = (*classes, "", "", "", "")[:4]
    return tuple(
        Service(cpuset.parse(one), weight=weight)
        for one, weight in zip(lists, weights, strict=True)
    )


@st.composite
def selects(draw: st.DrawFn, cpus: int) -> SpeedSelect:
    """Anything that can be true of a package."""
    feature = st.sampled_from([Feature(), OFF, ON])
    highest = draw(st.integers(0, 4))

    def flag() -> bool:
        return draw(st.booleans())

    power, turbo = draw(feature), draw(feature)
    members, known = [0, 0, 0, 0], power.enabled or turbo.enabled or flag()
    for id_ in cpuset.ids(cpus) if power.enabled or turbo.enabled else ():
        members[draw(st.integers(0, 3))] |= 1 << id_
    number, frequency = st.integers(0, 15), st.integers(0, 255).map(lambda ratio: ratio * 100_000)
    return SpeedSelect(
        profile=Profile(flag(), draw(st.integers(0, highest)), highest, flag()),
        base=draw(feature),
        base_cpus=cpuset.of(draw(st.sets(st.sampled_from(list(cpuset.ids(cpus)))))),
        turbo=turbo,
        power=power,
        ordered=flag(),
        services=tuple(
            Service(mask, draw(frequency), draw(frequency), draw(number), draw(number))
            for mask in members
        )
        if known
        else (),
    )
