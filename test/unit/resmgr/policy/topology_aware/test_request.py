# SPDX-License-Identifier: Apache-2.0
"""What containers ask for."""

import pytest
from unit.resmgr.policy.topology_aware import made

from resmgr.model import Container, Pod, Qos, Requirements
from resmgr.policy.interface import Subject
from resmgr.policy.topology_aware import memory, request
from resmgr.policy.topology_aware.options import Options

NS = made.DOMAIN
ISO, NOT_ISO = f"prefer-isolated-cpus.{NS}", {f"prefer-isolated-cpus.{NS}": "false"}
SHARED = f"prefer-shared-cpus.{NS}"


def cpus(
    milli: int, said: dict[str, str], options: Options | None = None, qos: Qos = Qos.GUARANTEED
) -> tuple[int, int, bool]:
    """Give whole CPUs, milli-CPU, and whether the former are to be isolated."""
    found, _ = request.of(made.subject(milli=milli, said=said, qos=qos), options or Options())
    return found.full, found.part, found.isolate


@pytest.mark.parametrize(
    ("milli", "said", "expected"),
    [
        (0, {}, (0, 0, False)),
        (750, {}, (0, 750, False)),
        (1000, {}, (1, 0, True)),
        (1000, NOT_ISO, (1, 0, False)),
        (1000, {SHARED: "true"}, (0, 1000, False)),
        (1000, {SHARED: "false"}, (1, 0, True)),
        (1500, {}, (1, 500, True)),
        (1500, {SHARED: "true"}, (0, 1500, False)),
        (1500, NOT_ISO, (1, 500, False)),
        (2000, {}, (2, 0, False)),
        (2000, {ISO: "true"}, (2, 0, True)),
        (2000, {SHARED: "true"}, (0, 2000, False)),
        (2500, {}, (0, 2500, False)),
        (2500, {SHARED: "false"}, (2, 500, False)),
        (2500, {SHARED: "false", ISO: "true"}, (2, 500, True)),
        (2500, {ISO: "true"}, (0, 2500, False)),
        (2500, {SHARED: "maybe"}, (0, 2500, False)),
    ],
)
def test_guaranteed_containers_have_whole_cpus(
    milli: int, said: dict[str, str], expected: tuple[int, int, bool]
) -> None:
    """Unless they are told to share, or have a fraction beside two or more (section 7.4)."""
    assert cpus(milli, said) == expected
    assert cpus(milli, said, qos=Qos.UNKNOWN) == expected


@pytest.mark.parametrize(
    ("milli", "expected"),
    [(1000, (1, 0, True)), (1500, (0, 1500, False)), (2000, (2, 0, False))],
)
def test_sharing_by_default_only_counts_for_fractions(
    milli: int, expected: tuple[int, int, bool]
) -> None:
    """A default is less than what a pod states."""
    assert cpus(milli, {}, Options(prefer_shared=True)) == expected


def test_other_classes_share() -> None:
    """Burstable containers what they request, best-effort ones nothing."""
    assert cpus(2000, {ISO: "true"}, qos=Qos.BURSTABLE) == (0, 2000, False)
    assert cpus(2000, {}, qos=Qos.BEST_EFFORT) == (0, 0, False)


@pytest.mark.parametrize(
    ("namespace", "said", "reserved", "at_root"),
    [
        ("kube-system", None, True, True),
        ("kube-system", "false", False, True),
        ("kube-system", "maybe", True, True),
        ("default", "true", True, True),
        ("default", None, False, False),
        ("monitoring", None, True, True),
        ("monitoring", "false", False, False),
    ],
)
def test_reserved_cpus_are_for_namespaces_and_on_request(
    namespace: str,
    said: str | None,
    reserved: bool,  # noqa: FBT001
    at_root: bool,  # noqa: FBT001
) -> None:
    """kube-system is at the root in any case."""
    annotations = {} if said is None else {f"prefer-reserved-cpus.{NS}": said}
    options = Options(reserved_namespaces=("mon*",))
    subject = made.subject(milli=2000, namespace=namespace, said=annotations)
    found, _ = request.of(subject, options)

    assert (found.reserved, found.at_root) == (reserved, at_root)
    assert (found.full, found.part) == ((0, 2000) if reserved else (2, 0))


@pytest.mark.parametrize(
    ("qos", "wanted", "limit", "expected"),
    [
        (Qos.GUARANTEED, 5, 5, 5),
        (Qos.BURSTABLE, 5, 7, 7),
        (Qos.BURSTABLE, 5, None, 5),
        (Qos.BURSTABLE, None, None, 0),
        (Qos.BEST_EFFORT, None, 7, 0),
    ],
)
def test_memory_is_the_limit_or_the_request(
    qos: Qos, wanted: int | None, limit: int | None, expected: int
) -> None:
    """Nothing is kept for best-effort containers."""
    container = Container(
        "c", "p", "c", requirements=Requirements(memory_request=wanted, memory_limit=limit)
    )
    found, _ = request.of(Subject(container, Pod("p", "u", "p", "ns", qos=qos)), Options())

    assert found.amount == expected


@pytest.mark.parametrize(
    ("kinds", "cold", "alone", "expected"),
    [
        (None, True, True, (memory.ALL, False, 9, memory.PMEM)),
        ("dram,pmem", True, True, (memory.DRAM | memory.PMEM, True, 9, memory.PMEM)),
        ("dram", True, True, (memory.DRAM, True, 0, memory.DRAM)),
        ("pmem", True, True, (memory.PMEM, True, 0, memory.PMEM)),
        ("pmem", False, False, (memory.DRAM | memory.PMEM, True, 0, memory.DRAM | memory.PMEM)),
        ("pmem", False, True, (memory.PMEM, True, 0, memory.PMEM)),
        (None, False, True, (memory.ALL, False, 0, memory.ALL)),
    ],
)
def test_cold_starts_need_both_kinds(
    kinds: str | None,
    cold: bool,  # noqa: FBT001
    alone: bool,  # noqa: FBT001
    expected: tuple[int, bool, float, int],
) -> None:
    """And a machine that can; then PMEM is filled at first."""
    said = {f"cold-start.{NS}": "duration: 9s"} | (
        {f"memory-type.{NS}": kinds} if kinds is not None else {}
    )
    found, _ = request.of(made.subject(said=said), Options(), cold_starts=cold, pmem_alone=alone)

    assert (found.kinds, found.stated, found.cold, found.filling) == expected
