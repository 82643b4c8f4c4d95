# SPDX-License-Identifier: Apache-2.0
"""What texts in files of cgroups mean: pairs of label values and a number."""

from collections.abc import Callable, Iterator, Mapping

from ..samples import Labels

Values = Iterator[tuple[Labels, int]]
Parse = Callable[[str], Values]

_LONGEST = 20
"""Digits of the largest number of 64 bits."""

_NUMA_1 = {
    "total": "Total",
    "file": "File",
    "anon": "Anon",
    "unevictable": "Unevictable",
    "hierarchical_total": "HierarchicalTotal",
    "hierarchical_file": "HierarchicalFile",
    "hierarchical_anon": "HierarchicalAnon",
    "hierarchical_unevictable": "HierarchicalUnevictable",
}
_NUMA_2 = {key: _NUMA_1[f"hierarchical_{key}"] for key in ("file", "anon", "unevictable")}
"""In cgroup v2 numbers always are those of a cgroup with all that is below it."""

_CPU_2 = {"usage_usec": "CPU", "user_usec": "User", "system_usec": "System"}
_IO_2 = {"rbytes": "Read", "wbytes": "Write", "dbytes": "Discard"}


class BadText(ValueError):
    """A text is not what the kernel writes; its own text says what is wrong."""


def number(text: str) -> int:
    """Read a number without a sign. Raises `BadText`."""
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST):
        raise BadText(f"{text[:40]!r} is no number")
    return int(text)


def single(*labels: str) -> Parse:
    """Make what reads a file with one number; its values have these labels."""

    def parse(text: str) -> Values:
        yield labels, number(text)

    return parse


def pages(text: str) -> Values:
    """Read `memory.numa_stat` of cgroup v1: pages by node and type. Raises `BadText`."""
    return _by_node(text, _NUMA_1, "=", 1)


def pages_of(size: int) -> Parse:
    """Make what reads the one of cgroup v2, which has bytes, as pages of this many bytes."""
    return lambda text: _by_node(text, _NUMA_2, " ", size)


def _by_node(text: str, types: Mapping[str, str], end: str, unit: int) -> Values:
    for line in text.splitlines():
        kind = types.get(line.partition(end)[0])
        if kind is None:
            continue
        for word in line.split()[1:]:
            node, _, amount = word.partition("=")
            if not node.startswith("N"):
                raise BadText(f"{word[:40]!r} is no number of a node")
            yield (node, kind), number(amount) // unit


def usage_by_cpu(text: str) -> Values:
    """Read `cpuacct.usage_all`: nanoseconds by CPU and type. Raises `BadText`."""
    for line in text.splitlines()[1:]:
        words = line.split()
        if len(words) != 3:
            raise BadText(f"{line[:40]!r} has not three columns")
        user, system = number(words[1]), number(words[2])
        yield (words[0], "CPU"), user + system
        yield (words[0], "User"), user
        yield (words[0], "System"), system


def usage(text: str) -> Values:
    """Read `cpu.stat` of cgroup v2 as nanoseconds of all CPUs together. Raises `BadText`."""
    for line in text.splitlines():
        key, _, amount = line.partition(" ")
        if key in _CPU_2:
            yield ("total", _CPU_2[key]), 1000 * number(amount)


def bytes_by_device(text: str) -> Values:
    """Read `blkio.throttle.io_service_bytes_recursive`: bytes by device and operation.

    Lines without a device are sums. Raises `BadText`.
    """
    for line in text.splitlines():
        words = line.split()
        if len(words) == 3:
            yield (*_device(words[0]), words[1]), number(words[2])


def bytes_moved(text: str) -> Values:
    """Read `io.stat` of cgroup v2: the same, by other names. Raises `BadText`.

    Some kernels write devices without numbers before the next one, on its line.
    """
    for line in text.splitlines():
        device = ""
        for word in line.split():
            key, equals, amount = word.partition("=")
            if not equals:
                device = word
            elif key in _IO_2:
                yield (*_device(device), _IO_2[key]), number(amount)


def _device(text: str) -> tuple[str, str]:
    major, _, minor = text.partition(":")
    return str(number(major)), str(number(minor))
