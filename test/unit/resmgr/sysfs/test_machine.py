# SPDX-License-Identifier: Apache-2.0
"""The machine as plain data."""

from resmgr.sysfs import machine


def test_online_cpus_are_those_that_are_described() -> None:
    """CPUs of the mapping are online, those of the offline mask are not."""
    cpus = {id_: machine.Cpu(id_, 0, 0, id_, 0, 1 << id_) for id_ in (0, 2)}

    assert machine.Machine(cpus, {}, {}, offline=0b10).online == 0b101
