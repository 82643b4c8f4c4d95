# SPDX-License-Identifier: Apache-2.0
"""Trees of cgroups as files, as kubelets with either driver make them."""

from pathlib import Path

A = "a" * 64
B = "b" * 64
SYSTEMD = (
    "kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice"
    f"/cri-containerd-{A}.scope"
)
CGROUPFS = f"kubepods/burstable/pod1/{A}"

NUMA = (
    "total=7 N0=4 N1=3\nfile=1 N0=1 N1=0\nanon=6 N0=3 N1=3\nunevictable=0 N0=0 N1=0\n"
    "hierarchical_total=70 N0=40 N1=30\nhierarchical_file=10 N0=10 N1=0\n"
    "hierarchical_anon=60 N0=30 N1=30\nhierarchical_unevictable=0 N0=0 N1=0\n"
)

FIRST = {
    "memory/memory.numa_stat": NUMA,
    "memory/memory.usage_in_bytes": "4096\n",
    "memory/memory.max_usage_in_bytes": "8192\n",
    "cpuset/cpuset.memory_migrate": "1\n",
    "cpuacct/cpuacct.usage_all": "cpu user system\n0 100 20\n1 3 4\n",
    "hugetlb/hugetlb.2MB.usage_in_bytes": "2097152\n",
    "hugetlb/hugetlb.2MB.max_usage_in_bytes": "4194304\n",
    "hugetlb/hugetlb.2MB.rsvd.usage_in_bytes": "1\n",
    "hugetlb/hugetlb.1GB.usage_in_bytes": "0\n",
    "hugetlb/hugetlb.1GB.max_usage_in_bytes": "0\n",
    "blkio/blkio.throttle.io_service_bytes_recursive": (
        "8:0 Read 10\n8:0 Write 20\n8:0 Total 30\nTotal 30\n"
    ),
}
"""Controller and file -> what a container has in cgroup v1."""

SECOND = {
    "memory.numa_stat": "anon N0=8192 N1=4096\nfile N0=4096 N1=0\nslab N0=1 N1=1\n",
    "memory.current": "4096\n",
    "memory.peak": "8192\n",
    "cpu.stat": "usage_usec 30\nuser_usec 20\nsystem_usec 10\nnr_periods 0\n",
    "hugetlb.2MB.current": "2097152\n",
    "hugetlb.2MB.rsvd.current": "1\n",
    "hugetlb.2MB.max": "max\n",
    "io.stat": "8:0 rbytes=10 wbytes=20 rios=1 wios=1 dbytes=0 dios=0\n",
}
"""File -> what a container has in cgroup v2."""


def first(mount: Path, cgroup: str = SYSTEMD) -> None:
    """Add a container to hierarchies of cgroup v1."""
    for name, text in FIRST.items():
        controller, _, file = name.partition("/")
        put(mount / controller / cgroup / file, text)


def second(mount: Path, cgroup: str = SYSTEMD) -> None:
    """Add a container to a mount of cgroup v2."""
    put(mount / "cgroup.controllers", "cpu io memory hugetlb\n")
    for name, text in SECOND.items():
        put(mount / cgroup / name, text)


def put(path: Path, text: str) -> None:
    """Write a file and the folders that it is in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
