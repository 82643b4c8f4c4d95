# SPDX-License-Identifier: Apache-2.0
"""Kubernetes quantities as whole numbers: `750m` is 750,000,000 billionths.

Whole numbers of billionths (nano) keep every value exact, since Kubernetes itself rounds up to a
billionth. Below them are the kubelet's ways to write a container's CPU into cgroup values and a
pod's QoS class into its cgroup's path, in both directions.
"""

import re

from .model import LinuxResources, Qos, Requirements

MIN_SHARES = 2
MAX_SHARES = 262144
"""Bounds of cpu.shares that the kernel takes."""

PERIOD = 100_000
"""The kubelet's period of CPU quotas, microseconds."""

_MIN_QUOTA = 1000
_NANO = 10**9
_MAX = (2**63 - 1) * _NANO
_MAX_LENGTH = 64
_SYNTAX = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>[0-9]*)(?:\.(?P<part>[0-9]*))?"
    r"(?P<unit>(?:[eE](?P<power>[+-]?[0-9]{1,3}))|n|u|m|k|M|G|T|P|E|[KMGTPE]i)?"
)
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_UNITS = ("", "Ki", "Mi", "Gi", "Ti", "Pi")


def parse(text: str) -> int:
    """Billionths that the quantity stands for, rounded away from zero.

    Raises `ValueError` with a sentence for text that is no quantity, and for one beyond 2^63 - 1.
    """
    match = _SYNTAX.fullmatch(text) if len(text) <= _MAX_LENGTH else None
    if match is None or not (match["whole"] or match["part"]):
        raise ValueError("not a quantity such as 2, 750m or 1Gi")
    part = match["part"] or ""
    digits = int(match["whole"] + part)
    unit = match["unit"] or ""
    power = int(match["power"]) if match["power"] else _DECIMAL.get(unit, 0)
    numerator: int = digits * _NANO * 2 ** _BINARY.get(unit, 0) * 10 ** max(power, 0)
    denominator: int = 10 ** (len(part) + max(-power, 0))
    value = -(-numerator // denominator)
    if value > _MAX:
        raise ValueError("a quantity beyond 2^63 - 1")
    return -value if match["sign"] == "-" else value


def milli(text: str) -> int:
    """Thousandths that the quantity stands for, rounded up; raises `ValueError` as `parse`."""
    return -(-parse(text) // 10**6)


def shares(milli_cpu: int) -> int:
    """The cpu.shares of a CPU request in milli-CPU, within the bounds of the kernel."""
    return min(max(MIN_SHARES, milli_cpu * 1024 // 1000), MAX_SHARES)


def milli_of_shares(cpu_shares: int) -> int:
    """The CPU request in milli-CPU that cpu.shares stand for; the smallest stand for none."""
    return 0 if cpu_shares <= MIN_SHARES else _rounded(cpu_shares * 1000, 1024)


def quota(milli_cpu: int) -> tuple[int, int]:
    """Quota and period in microseconds of a CPU limit in milli-CPU; 0 and 0 for no limit."""
    return (max(_MIN_QUOTA, milli_cpu * PERIOD // 1000), PERIOD) if milli_cpu > 0 else (0, 0)


def milli_of_quota(cpu_quota: int, period: int) -> int:
    """The CPU limit in milli-CPU that a quota of a period stands for; 0 for no limit."""
    return _rounded(cpu_quota * 1000, period) if cpu_quota > 0 and period > 0 else 0


def _rounded(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


def qos(cgroup_parent: str) -> Qos:
    """The QoS class of a pod from the path of its cgroup (resource manager, section 8.5).

    One level above the kubelet's own is allowed for. An empty path is that of a best-effort pod;
    a path of another form is `UNKNOWN`.
    """
    if not cgroup_parent:
        return Qos.BEST_EFFORT
    tops = ("kubepods", "kubepods.slice")
    parts = cgroup_parent.removeprefix("/").split("/")
    if parts[0] not in tops:
        del parts[0]
    if parts and parts[0] in tops:
        del parts[0]
    level = parts[0] if parts else ""
    if level in ("kubepods-besteffort.slice", "besteffort"):
        return Qos.BEST_EFFORT
    if level in ("kubepods-burstable.slice", "burstable"):
        return Qos.BURSTABLE
    return Qos.GUARANTEED if level.startswith(("kubepods-pod", "pod")) else Qos.UNKNOWN


def estimate(linux: LinuxResources, pod_qos: Qos) -> Requirements:
    """What a container asks for, from the values that the kubelet made of it (section 8.4).

    A memory request leaves no trace, except that it is the limit in a guaranteed pod, as the CPU
    limit is the request there. Shares end at 256 CPUs: of more only the quota of a guaranteed pod
    tells.
    """
    request = milli_of_shares(linux.shares) or None
    limit = milli_of_quota(linux.quota, linux.period) or None
    memory = linux.memory_limit if linux.memory_limit > 0 else None
    if pod_qos is Qos.GUARANTEED:
        if request and limit and linux.shares >= MAX_SHARES:
            request = max(request, limit)
        return Requirements(request, request or 0, memory or 0, memory)
    return Requirements(cpu_request=request, cpu_limit=limit, memory_limit=memory)


def show_bytes(amount: int) -> str:
    """Write bytes for people, in three or four digits, as in 1.5Gi."""
    value = float(amount)
    unit = 0
    while value >= 1024 and unit < len(_UNITS) - 1:
        value /= 1024
        unit += 1
    shown = f"{value:.1f}" if unit and value < 10 else f"{value:.0f}"
    return f"{shown.removesuffix('.0')}{_UNITS[unit]}"


def show_cpus(milli: int) -> str:
    """Write milli-CPU as CPUs for people: 6, 0.25, 1000000; digits of a CPU are never left out."""
    whole, part = divmod(abs(milli), 1000)
    digits = f".{part:03}".rstrip("0") if part else ""
    return f"{'-' if milli < 0 else ''}{whole}{digits}"


def show(wants: Requirements) -> str:
    """Write for people what is requested, or limited where nothing is requested: 6 CPU, 32Gi."""
    cpu = wants.cpu_request or wants.cpu_limit
    memory = wants.memory_request or wants.memory_limit
    parts = [f"{show_cpus(cpu)} CPU"] if cpu else []
    return ", ".join(parts + ([show_bytes(memory)] if memory else []))
