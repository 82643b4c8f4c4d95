# SPDX-License-Identifier: Apache-2.0
"""What should come out. Pure."""

import statistics
from collections.abc import Iterator

from .. import targets
from . import results

Target = targets.Target


def judge(report: results.Report) -> Iterator[targets.Verdict[results.Report]]:
    """Hold a report against all targets that it has figures for."""
    return targets.judge(TARGETS, report)


def _pods(report: results.Report) -> float | None:
    return next((each.times for each in report.pods if each.name == results.AT_CRI), None)


def _memory(report: results.Report) -> float | None:
    found = [each.resident for each in report.memory if each.name == results.KEEPER]
    return max(found) / 1e6 if found else None


def _version(report: results.Report) -> float | None:
    found = (each.seconds for each in report.programs if each.name == results.VERSION)
    return next((statistics.median(each) for each in found), None)


def _longest(figures: list[float]) -> float | None:
    return max(figures, default=None)


TARGETS: tuple[targets.Target[results.Report], ...] = (
    Target("pod start at the CRI: times direct", "", 1.05, _pods),
    Target(
        "without a kubelet, beyond a plain restart: worst node",
        "s",
        1.0,
        lambda report: _longest(list(report.added_outages)),
    ),
    Target(
        "DaemonSet to kubelet on the relay, without the pull: worst node",
        "s",
        15.0,
        lambda report: _longest([each.beyond_pull for each in report.joins]),
    ),
    Target("memory of the keep loop", "MB", 20.0, _memory),
    Target(
        "bundle",
        "MB",
        30.0,
        lambda report: _longest([each.size / 1e6 for each in report.bundles]),
    ),
    Target(
        "bundle as a layer",
        "MB",
        12.0,
        lambda report: _longest([each.packed / 1e6 for each in report.bundles]),
    ),
    Target(results.VERSION, "s", 0.15, _version),
    Target(
        "killed for good to kubelet on containerd: worst node",
        "s",
        120.0,
        lambda report: _longest([each.given_back for each in report.killed]),
    ),
)
