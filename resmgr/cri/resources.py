# SPDX-License-Identifier: Apache-2.0
"""Resources of a container: between messages and the model.

In both, 0 and empty mean: not set. A CPU set that is no list of ids is not set in the model and
stays untouched in its message.
"""

from .. import cpuset
from ..model import LinuxResources
from . import api_pb2


def read(message: api_pb2.LinuxContainerResources) -> LinuxResources:
    """Read what a message says."""
    return LinuxResources(
        shares=message.cpu_shares,
        quota=message.cpu_quota,
        period=message.cpu_period,
        memory_limit=message.memory_limit_in_bytes,
        cpuset_cpus=mask(message.cpuset_cpus),
        cpuset_mems=mask(message.cpuset_mems),
    )


def write(message: api_pb2.LinuxContainerResources, linux: LinuxResources) -> None:
    """Put those fields into a message that are set; the others stay as they are there."""
    if linux.shares:
        message.cpu_shares = linux.shares
    if linux.quota:
        message.cpu_quota = linux.quota
    if linux.period:
        message.cpu_period = linux.period
    if linux.memory_limit:
        message.memory_limit_in_bytes = linux.memory_limit
    if linux.cpuset_cpus:
        message.cpuset_cpus = cpuset.show(linux.cpuset_cpus)
    if linux.cpuset_mems:
        message.cpuset_mems = cpuset.show_ids(linux.cpuset_mems)


def mask(text: str) -> int:
    """Read a set of ids; 0 for text that is none."""
    try:
        return cpuset.parse(text)
    except cpuset.BadList:
        return 0
