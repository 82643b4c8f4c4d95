# SPDX-License-Identifier: Apache-2.0
"""The machine as plain data."""

from resmgr.sysfs import machine


def test_online_cpus_are_those_that_are_described() -> None:
    """CPUs of the mapping are online, those of the offline mask are not."""
    cpus = {id_: machine.Cpu(id_, 0, 0, id_, 0, 1 << id_) for id_ in (0, 2)}

    assert machine.Machine(cpus, {}, {}, offline=0b10).online == 0b101


def test_mappings_are_in_ascending_order() -> None:
    """However they were given."""
    ids = (7, 0, 12)
    made = machine.Machine(
        {id_: machine.Cpu(id_, 0, 0, id_, 0, 1 << id_) for id_ in ids},
        {id_: machine.Node(id_, 0, {}) for id_ in ids},
        {id_: machine.Package(id_, 0, 0) for id_ in ids},
    )

    assert list(made.cpus) == list(made.nodes) == list(made.packages) == sorted(ids)
    assert list(machine.Node(0, 0, dict.fromkeys(ids, 10)).distances) == sorted(ids)
    assert list(machine.Package(0, 0, 0, dict.fromkeys(ids, 1)).dies) == sorted(ids)
