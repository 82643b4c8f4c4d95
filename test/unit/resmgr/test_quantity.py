# SPDX-License-Identifier: Apache-2.0
"""Kubernetes quantities."""

import hypothesis
import hypothesis.strategies as st
import pytest

from resmgr import quantity
from resmgr.model import LinuxResources, Qos, Requirements


@pytest.mark.parametrize(
    ("text", "billionths"),
    [
        ("0", 0),
        ("2", 2 * 10**9),
        ("750m", 750 * 10**6),
        ("1.5", 15 * 10**8),
        (".5", 5 * 10**8),
        ("1.", 10**9),
        ("-1", -(10**9)),
        ("+3n", 3),
        ("10k", 10**13),
        ("60M", 60 * 10**15),
        ("1Ki", 1024 * 10**9),
        ("1.5Gi", 3 * 2**29 * 10**9),
        ("1e3", 10**12),
        ("1E-3", 10**6),
        ("1E", 10**27),
    ],
)
def test_quantities_are_exact_billionths(text: str, billionths: int) -> None:
    """Each suffix and exponent of Kubernetes has its value."""
    assert quantity.parse(text) == billionths


@pytest.mark.parametrize(
    "text", ["", ".", "m", "1 ", " 1", "1mm", "1ki", "0x1", "1e", "--1", "1,5", "٣", "1" * 65]
)
def test_other_text_is_no_quantity(text: str) -> None:
    """What Kubernetes refuses is refused."""
    with pytest.raises(ValueError, match="not a quantity"):
        quantity.parse(text)


@pytest.mark.parametrize("text", ["1e999", "9223372036854775808", "8Ei"])
def test_quantities_beyond_64_bits_are_refused(text: str) -> None:
    """Nothing is as big as 2^63."""
    with pytest.raises(ValueError, match="beyond"):
        quantity.parse(text)


@pytest.mark.parametrize(
    ("text", "value"), [("0.1n", 1), ("-0.1n", -1), ("1.0000000001", 10**9 + 1)]
)
def test_less_than_a_billionth_rounds_away_from_zero(text: str, value: int) -> None:
    """As Kubernetes does it."""
    assert quantity.parse(text) == value


@pytest.mark.parametrize(("text", "value"), [("750m", 750), ("1", 1000), ("1u", 1), ("0", 0)])
def test_milli_rounds_up(text: str, value: int) -> None:
    """A part of a thousandth counts as one."""
    assert quantity.milli(text) == value


@hypothesis.settings(deadline=None)
@hypothesis.given(st.integers(0, 2**62), st.sampled_from(["m", "", "k"]))
def test_milli_of_whole_milli_is_exact(count: int, unit: str) -> None:
    """No value is lost to binary fractions."""
    hypothesis.assume(count < 2**50 or unit != "k")

    assert quantity.milli(f"{count}{unit}") == count * {"m": 1, "": 1000, "k": 10**6}[unit]


@pytest.mark.parametrize(
    ("milli", "shares"), [(0, 2), (1, 2), (3, 3), (250, 256), (1500, 1536), (10**9, 262144)]
)
def test_shares_are_within_the_kernels_bounds(milli: int, shares: int) -> None:
    """A CPU is 1024 shares; there are no fewer than 2 and no more than 262144."""
    assert quantity.shares(milli) == shares


@pytest.mark.parametrize(("shares", "milli"), [(0, 0), (2, 0), (3, 3), (256, 250), (1024, 1000)])
def test_the_smallest_shares_are_no_request(shares: int, milli: int) -> None:
    """Others are rounded to the nearest thousandth."""
    assert quantity.milli_of_shares(shares) == milli


@pytest.mark.parametrize(
    ("milli", "quota"),
    [(0, (0, 0)), (5, (1000, 100000)), (10, (1000, 100000)), (1500, (150000, 100000))],
)
def test_quotas_have_a_smallest_value(milli: int, quota: tuple[int, int]) -> None:
    """A limit is a part of 100 ms, of at least 1 ms; no limit is no quota."""
    assert quantity.quota(milli) == quota


@pytest.mark.parametrize(
    ("quota", "period", "milli"),
    [(0, 100000, 0), (5000, 0, 0), (-1, 100000, 0), (150000, 100000, 1500), (10004, 100000, 100)],
)
def test_quotas_of_any_period_are_limits(quota: int, period: int, milli: int) -> None:
    """What is not limited has the limit 0; others are rounded to the nearest thousandth."""
    assert quantity.milli_of_quota(quota, period) == milli


@hypothesis.given(st.integers(11, 255_000))
def test_cgroup_values_bring_requests_back(milli: int) -> None:
    """What the kubelet wrote tells what was asked for, shares to within a thousandth of a CPU."""
    assert quantity.milli_of_quota(*quantity.quota(milli)) == milli
    assert abs(quantity.milli_of_shares(quantity.shares(milli)) - milli) <= 1


@pytest.mark.parametrize("milli", [1000 * cpus for cpus in (*range(1, 65), 255)])
def test_whole_cpus_come_back_exactly(milli: int) -> None:
    """No whole number of CPUs is lost on the way through shares."""
    assert quantity.milli_of_shares(quantity.shares(milli)) == milli


@pytest.mark.parametrize(
    ("path", "qos"),
    [
        ("", Qos.BEST_EFFORT),
        ("/kubepods/besteffort/pod123", Qos.BEST_EFFORT),
        ("/kubepods/burstable/pod123", Qos.BURSTABLE),
        ("/kubepods/pod123", Qos.GUARANTEED),
        ("kubepods/pod123", Qos.GUARANTEED),
        (
            "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod1.slice",
            Qos.BEST_EFFORT,
        ),
        ("/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice", Qos.BURSTABLE),
        ("/kubepods.slice/kubepods-pod1.slice", Qos.GUARANTEED),
        ("/machines/kubepods/burstable/pod123", Qos.BURSTABLE),
        ("/machines/kubepods/pod123", Qos.GUARANTEED),
        ("/a/b/kubepods/pod123", Qos.UNKNOWN),
        ("/kubepods", Qos.UNKNOWN),
        ("/system.slice", Qos.UNKNOWN),
        ("/", Qos.UNKNOWN),
    ],
)
def test_the_cgroup_tells_the_qos_class(path: str, qos: Qos) -> None:
    """Both forms of the kubelet, and one level above them, are understood."""
    assert quantity.qos(path) is qos


@pytest.mark.parametrize(
    ("linux", "qos", "requirements"),
    [
        (LinuxResources(), Qos.BEST_EFFORT, Requirements()),
        (
            LinuxResources(shares=512, quota=100000, period=100000, memory_limit=4096),
            Qos.BURSTABLE,
            Requirements(cpu_request=500, cpu_limit=1000, memory_limit=4096),
        ),
        (
            LinuxResources(shares=2048, quota=-1, period=100000, memory_limit=4096),
            Qos.GUARANTEED,
            Requirements(2000, 2000, 4096, 4096),
        ),
        (LinuxResources(shares=2), Qos.GUARANTEED, Requirements(None, 0, 0, None)),
        (
            LinuxResources(shares=262144, quota=30_000_000, period=100_000),
            Qos.GUARANTEED,
            Requirements(300_000, 300_000, 0, None),
        ),
        (
            LinuxResources(shares=262144, quota=-1, period=100_000),
            Qos.GUARANTEED,
            Requirements(256_000, 256_000, 0, None),
        ),
    ],
)
def test_requirements_are_estimated(
    linux: LinuxResources, qos: Qos, requirements: Requirements
) -> None:
    """Shares, quota and memory limit tell what the container asks for."""
    assert quantity.estimate(linux, qos) == requirements


@pytest.mark.parametrize(
    ("wants", "shown"),
    [
        (Requirements(), ""),
        (Requirements(cpu_request=6000, memory_request=32 * 2**30), "6 CPU, 32Gi"),
        (Requirements(cpu_limit=500), "0.5 CPU"),
        (Requirements(cpu_limit=10**9), "1000000 CPU"),
        (Requirements(cpu_request=1_234_567_050), "1234567.05 CPU"),
        (Requirements(cpu_request=0, memory_limit=1536), "1.5Ki"),
    ],
)
def test_requests_are_shown_for_people(wants: Requirements, shown: str) -> None:
    """What is limited is shown where nothing is requested."""
    assert quantity.show(wants) == shown


@pytest.mark.parametrize(
    ("milli", "shown"),
    [(0, "0"), (1, "0.001"), (-250, "-0.25"), (-3000, "-3"), (10**10, "10000000")],
)
def test_cpus_are_shown_with_all_their_digits(milli: int, shown: str) -> None:
    """However many they are, and if more is promised than there is."""
    assert quantity.show_cpus(milli) == shown
