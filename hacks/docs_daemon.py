# SPDX-License-Identifier: Apache-2.0
"""What the documentation says about the daemon, written by its own code; see generate_docs.py."""

import itertools
import pathlib
import tempfile

from hacks.docs_tables import code, table
from resmgr.collect import statistics
from resmgr.daemon.command import flagtable, oldflags
from resmgr.daemon.records import numbers, series
from resmgr.engine.engine import Engine
from resmgr.policy.none.policy import NonePolicy
from resmgr.state.changes import Saved
from resmgr.state.store import Store


def flags() -> str:
    """Write every flag of the daemon, a table for each group of its help."""
    parts = []
    for group, flags_of in itertools.groupby(flagtable.FLAGS.values(), lambda flag: flag.group):
        rows = [
            (code(f"--{flag.name}"), flag.kind.value, code(flag.default), flag.doc)
            for flag in flags_of
        ]
        parts.append(f"## {group}\n\n{table(('flag', 'value', 'default', 'what it does'), rows)}")
    return "\n\n".join(parts)


def old_flags() -> str:
    """Write the flags of the older manual, with what to write today."""
    rows = [(code(f"--{flag.name}"), flag.doc) for flag in oldflags.FLAGS.values()]
    return table(("flag", "today"), rows)


def metrics() -> str:
    """Write the metrics of the daemon that have a place of their own in its code."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(pathlib.Path(folder), now=lambda: 0.0)
        counts = numbers.Numbers()
        engine = Engine(NonePolicy(), Saved())
        counts.watch_engine(engine)
        counts.watch_store(store)
        counts.watch_sockets(lambda: 0, lambda: True)
        counts.add(series.decisions(), *series.families(engine))
        store.close()
    rows = [
        (code(one.name), one.kind, ", ".join(map(code, one.labels)), one.doc)
        for one in counts.families
    ]
    return table(("metric", "type", "labels", "meaning"), rows)


def collected_metrics() -> str:
    """Write the metrics of containers' cgroups, with the files that they are read from."""
    rows = [
        (
            code(one.metric.name),
            one.metric.kind,
            ", ".join(map(code, one.metric.labels)),
            one.metric.doc,
            ", ".join(code(file.name) for file in one.first),
            ", ".join(code(file.name) for file in one.second) or "none",
        )
        for one in statistics.every(1)
    ]
    return table(("metric", "type", "labels", "meaning", "cgroup v1", "cgroup v2"), rows)
