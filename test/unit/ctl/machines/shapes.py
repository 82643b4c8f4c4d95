# SPDX-License-Identifier: Apache-2.0
"""Random shapes of machines, all of which make sense."""

import dataclasses

import hypothesis.strategies as st

from ctl.machines import shape
from resmgr.sysfs.machine import MemoryType

_CORES = st.builds(
    shape.Cores,
    base=st.sampled_from([0, 1_900_000, 2_100_000]),
    least=st.sampled_from([0, 800_000]),
    most=st.sampled_from([0, 3_000_000, 3_500_000]),
    cluster=st.integers(1, 3),
)


@st.composite
def _shapes(draw: st.DrawFn) -> shape.Shape:
    nodes = draw(st.integers(1, 3))
    dies = draw(st.sampled_from([1, nodes]))
    found = shape.Shape(
        packages=draw(st.integers(1, 3)),
        nodes=nodes,
        cores=draw(st.integers(1, 3)),
        threads=draw(st.integers(1, 3)),
        efficient=draw(st.integers(0, 3)),
        dies=dies,
        adjacent=draw(st.booleans()),
        memory=draw(st.sampled_from([0, shape.GIB, 64 * shape.GIB])),
        core=draw(_CORES),
        small=draw(_CORES),
        share=draw(st.integers(0, 4)),
    )
    cpus = st.sets(st.integers(0, found.count - 1)).map(lambda ids: sum(1 << id_ for id_ in ids))
    offline = draw(cpus)
    found = dataclasses.replace(
        found,
        isolated=draw(cpus),
        offline=0 if offline.bit_count() == found.count else offline,
        apart=tuple(draw(st.lists(_apart(found), max_size=3))) if found.memory else (),
    )
    total = found.with_cpus + len(found.apart)
    ids = draw(st.lists(st.integers(0, 40), min_size=total, max_size=total, unique=True))
    return dataclasses.replace(found, node_ids=tuple(sorted(ids)) if draw(st.booleans()) else ())


@st.composite
def _apart(draw: st.DrawFn, found: shape.Shape) -> shape.Apart:
    kind = draw(st.sampled_from([MemoryType.HBM, MemoryType.PMEM]))
    size = found.memory // 2 if kind is MemoryType.HBM else found.memory * 4
    return shape.Apart(size, kind, draw(st.integers(0, found.with_cpus - 1)))


SHAPES = _shapes()
"""Machines of up to 100 CPUs: hybrid, offline and isolated CPUs, memory apart, sparse node ids."""
