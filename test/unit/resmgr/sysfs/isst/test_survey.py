# SPDX-License-Identifier: Apache-2.0
"""Whole packages, asked through a stand-in for the kernel's driver."""

import errno
from dataclasses import replace
from pathlib import Path

import hypothesis
import hypothesis.strategies as st
import pytest
from unit.resmgr.sysfs import speeds, trees
from unit.resmgr.sysfs.isst import driver

from resmgr import cpuset
from resmgr.sysfs.isst import device, survey
from resmgr.sysfs.machine import Machine
from resmgr.sysfs.speed import Feature, Profile, Service, SpeedSelect

LAPTOP = trees.LAPTOP.machine()
"""CPUs 0-7, cores {0,4}, {1,5}, {2,6}, {3,7}."""

UNLIMITED = 25_500_000


def ask(kernel: driver.Driver, machine: Machine = LAPTOP) -> survey.Told:
    """Ask a machine."""
    with device.Device(Path("/dev/null"), kernel) as opened:
        return survey.survey(opened.ask, machine)


def told(package: driver.Package, machine: Machine = LAPTOP) -> SpeedSelect:
    """Give what is told of the only package."""
    found = ask(driver.of(machine, package), machine)

    assert not found.untold
    return found.packages[0]


def untold(package: driver.Package, machine: Machine = LAPTOP) -> str:
    """Give why nothing is told of the only package."""
    found = ask(driver.of(machine, package), machine)

    assert not found.packages
    return found.untold[0]


def test_a_package_without_features() -> None:
    """Profiles are there; nobody asks for cores and classes that are not."""
    kernel = driver.of(LAPTOP, driver.processor())
    found = ask(kernel).packages[0]

    assert found == SpeedSelect(profile=Profile(supported=True, highest=4))
    assert driver.REGISTER not in kernel.calls


def test_base_frequencies() -> None:
    """Cores are CPUs: cores 0 and 2 are CPUs 0, 2, 4 and 6; the profile in use is asked for."""
    profiles = 1 << 31 | 1 << 24 | 2 << 16 | 4 << 8
    found = told(driver.processor(profiles=profiles, features=0x2_0002, base=0b101))

    assert found.profile == Profile(supported=True, level=2, highest=4, locked=True)
    assert found.base == Feature(supported=True, enabled=True)
    assert cpuset.show(found.base_cpus) == "0,2,4,6"


def test_cores_above_the_first_word() -> None:
    """A package of more than 32 cores has a second word in its mask."""
    large = trees.Tree(cores=40).machine()
    found = told(driver.processor(features=2, base=1, base_above=0x81), large)

    assert cpuset.show(found.base_cpus) == "0,32,39"


def test_classes_of_service() -> None:
    """Who is in which, what each is entitled to, and how they share."""
    services = (0x00FF_0000, 0x0020_1014, 0x0010_0837, 0x0008_04FF)
    package = driver.processor(
        features=1 << 16 | 1, power=1, sharing=0b110, services=services, members={1: 1, 3: 3}
    )
    found = told(package)

    assert (found.turbo, found.power) == (speeds.ON, speeds.ON)
    assert found.ordered
    assert found.services == (
        Service(cpuset.parse("0,2,4,6"), 0, UNLIMITED),
        Service(cpuset.parse("1,5"), 1_600_000, 3_200_000, 4, 1),
        Service(0, 800_000, 1_600_000, 7, 3),
        Service(cpuset.parse("3,7"), 400_000, 800_000, 15, 15),
    )


def test_classes_that_do_not_count_have_no_members() -> None:
    """Their parameters are known all the same."""
    found = told(driver.processor(power=1, members={0: 3}))

    assert found.power == Feature(supported=True)
    assert [service.cpus for service in found.services] == [0, 0, 0, 0]


def test_packages_are_asked_apart() -> None:
    """One may have what the other has not; cores are counted anew in each."""
    server = trees.SERVER.machine()
    kernel = driver.of(server, driver.processor(features=2, base=2), driver.processor())
    found = ask(kernel, server).packages

    assert [cpuset.show(found[id_].base_cpus) for id_ in (0, 1)] == ["1,17", ""]


def test_dies_of_a_package_are_joined() -> None:
    """Each counts its cores from 0."""
    dies = trees.DIES.machine()
    package = driver.processor(features=0x2_0002, base=1, power=1, sharing=2, members={1: 3})
    found = ask(driver.of(dies, package, package), dies).packages[0]

    assert cpuset.show(found.base_cpus) == "0,2"
    assert cpuset.show(found.services[3].cpus) == "1,3"


def test_dies_that_contradict_each_other_are_not_believed() -> None:
    """What is true of a package is true of all its dies."""
    dies = trees.DIES.machine()
    kernel = driver.of(dies, driver.processor(), driver.processor())
    kernel.homes |= {2: 9, 3: 9}
    kernel.packages[9] = driver.processor(profiles=0)
    found = ask(kernel, dies)

    assert found.untold == {0: "its dies tell different things"}
    assert set(found.packages) == {1}


def test_one_package_that_fails_does_not_take_the_others_along() -> None:
    """Each has its own reason."""
    server = trees.SERVER.machine()
    kernel = driver.of(server, driver.processor(), driver.Package({}))
    found = ask(kernel, server)

    assert set(found.packages) == {0}
    assert found.untold == {
        1: "mailbox command 0x7f/0x00 is not answered: No such device or address"
    }


@pytest.mark.parametrize(
    ("package", "why"),
    [
        (driver.processor(profiles=5 << 16 | 4 << 8), "profile 5 is in use, the highest is 4"),
        (driver.processor(features=2, base=0b10000), "SST-BF names core 4, which is none"),
        (driver.processor(features=1 << 17), "SST-BF is enabled, and not supported"),
        (driver.processor(features=1 << 16), "SST-TF is enabled, and not supported"),
        (driver.processor(sharing=2), "SST-CP is enabled, and not supported"),
    ],
)
def test_what_cannot_be_true_is_not_believed(package: driver.Package, why: str) -> None:
    """Nothing is known of such a package."""
    assert why in untold(package)


def test_cores_that_are_offline_may_be_named() -> None:
    """They cannot be told from cores that are not there, so they are passed over."""
    machine = trees.LAPTOP.but(offline="3,7").machine()
    found = told(driver.processor(features=2, base=0b1001), machine)

    assert cpuset.show(found.base_cpus) == "0,4"


@pytest.mark.parametrize(
    ("cores", "why"),
    [
        ({0: 0, 1: 0}, "CPUs 0-1,4-5 are of core 0, and not of one core"),
        ({0: 128}, "CPU 0 is of core 64; more than 64 are not known"),
        ({0: 0xFFFFFFFF}, "CPU 0 is of core 255"),
        ({4: 40}, "threads of one core have different cores"),
    ],
)
def test_cores_that_contradict_sysfs_are_not_believed(cores: dict[int, int], why: str) -> None:
    """A processor that counts its cores in another way would be misread."""
    kernel = driver.of(LAPTOP, driver.processor())
    kernel.cores |= cores

    assert why in ask(kernel).untold[0]


def test_classes_need_their_driver() -> None:
    """Where they are in use and cannot be read, nothing else counts."""
    kernel = replace(driver.of(LAPTOP, driver.processor(power=1, sharing=2)), registers=False)

    assert "isst_if_mmio is not loaded" in ask(kernel).untold[0]


def test_classes_that_are_not_in_use_need_no_driver() -> None:
    """The rest is told without them."""
    kernel = driver.of(LAPTOP, driver.processor(features=0x2_0002, base=1, power=1))
    found = ask(replace(kernel, registers=False)).packages[0]

    assert (cpuset.show(found.base_cpus), found.services) == ("0,4", ())


def test_a_register_that_is_not_answered() -> None:
    """The message has its offset."""
    package = driver.processor(power=1)
    del package.registers[0x0C]

    assert untold(package) == "register 0x00c is not answered: Invalid argument"


@pytest.mark.parametrize(
    ("kernel", "why"),
    [
        (driver.Driver({}, {}, {}, version=2), "version 2 .*: it is spoken to through TPMI"),
        (driver.Driver({}, {}, {}, version=0), "version 0 .*: it is unknown"),
        (driver.Driver({}, {}, {}, mailbox=False), "neither driver isst_if_mbox_pci nor"),
    ],
)
def test_a_driver_that_cannot_be_asked(kernel: driver.Driver, why: str) -> None:
    """It is told once, for the whole machine, and no package is asked."""
    with pytest.raises(survey.Untold, match=why):
        ask(kernel)

    assert kernel.calls == [driver.PLATFORM]


def test_an_interface_that_knows_nothing() -> None:
    """Not even what it is."""

    def kernel(*_: object) -> int:
        raise OSError(errno.ENOTTY, "Inappropriate ioctl")

    with (
        device.Device(Path("/dev/null"), kernel) as opened,
        pytest.raises(survey.Untold, match="able to is not answered: Inappropriate ioctl"),
    ):
        survey.survey(opened.ask, LAPTOP)


BITS = st.integers(0, 2**32 - 1)


@hypothesis.given(
    answers=st.lists(BITS, min_size=11, max_size=11),
    cores=st.none() | st.dictionaries(st.integers(0, 7), BITS),
    members=st.dictionaries(st.integers(0, 3), BITS),
)
def test_whatever_is_answered_is_possible_or_not_believed(
    answers: list[int], cores: dict[int, int] | None, members: dict[int, int]
) -> None:
    """Any bits: nothing is written, and what is told is of the package."""
    profiles, features, base, power, sharing, *rest = answers
    level = profiles >> 16 & 0xFF
    package = driver.processor(
        profiles=profiles, features=features, base=base, power=power, sharing=sharing
    )
    package.mailbox[0x7F, 0x20, 1 << 8 | level] = rest[0]
    package.registers |= {0x08 + 4 * at: value for at, value in enumerate(rest[1:5])}
    package.registers |= {0x20 + 4 * core: value for core, value in members.items()}
    kernel = driver.of(LAPTOP, package)
    kernel.cores |= cores or {}
    found = ask(kernel)

    assert set(found.packages) | set(found.untold) == {0}
    for one in found.packages.values():
        assert one.fault(LAPTOP.online) == ""
