# SPDX-License-Identifier: Apache-2.0
"""The table of metrics."""

from unit.resmgr.collect import trees

from resmgr.collect import statistics

EVERY = statistics.every(4096)


def test_names_are_those_of_the_original() -> None:
    """Dashboards know them."""
    assert [(one.metric.name, one.metric.kind) for one in EVERY] == [
        ("cgroup_numa_stats", "gauge"),
        ("cgroup_memory_usage", "gauge"),
        ("cgroup_memory_migrate", "gauge"),
        ("cgroup_cpu_acct", "counter"),
        ("cgroup_hugetlb_usage", "gauge"),
        ("cgroup_blkio_device_usage", "counter"),
    ]


def test_every_value_has_every_label() -> None:
    """The container's id, the size of pages, and what the text has itself."""
    for one in EVERY:
        texts = [
            (file, trees.FIRST[f"{one.controller}/{file.name.replace('*', '2MB')}"])
            for file in one.first
        ] + [(file, trees.SECOND[file.name.replace("*", "2MB")]) for file in one.second]
        for file, text in texts:
            size = file.name.count(statistics.ANY)
            counts = {1 + size + len(labels) for labels, _ in file.parse(text.strip())}

            assert counts == {len(one.metric.labels)}
