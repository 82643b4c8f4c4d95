# SPDX-License-Identifier: Apache-2.0
"""The pods of the benchmark of simulations."""

from bench.simulate import work
from ctl.simulation import workloads
from resmgr.config.problem import Findings
from resmgr.model import Qos


def test_they_are_pods_of_all_classes() -> None:
    """Nothing is wrong with them, and the annotations are on those that want whole CPUs."""
    findings = Findings()
    found = workloads.read(work.pods(8, {"a": "b"}), "pods", findings)

    assert findings.problems() == []
    assert [one.qos for one in found.pods[:4]] == [
        Qos.GUARANTEED,
        Qos.BURSTABLE,
        Qos.GUARANTEED,
        Qos.BEST_EFFORT,
    ]
    assert [one.annotations for one in found.pods[:5]] == [{"a": "b"}, {}, {}, {}, {"a": "b"}]
    assert len({one.full_name for one in found.pods}) == 8
