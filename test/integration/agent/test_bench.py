# SPDX-License-Identifier: Apache-2.0
"""What the benchmark of the node agent measures are agents at work."""

from pathlib import Path

from garden import audit

from bench.agent import alone, many, results, stage, targets


async def test_one_agent_and_then_some(tmp_path: Path) -> None:
    """A change reaches each once; who is idle asks for nothing."""
    windows, latencies = list[results.Window](), list[results.Latency]()
    async with stage.opened() as shoot:
        kubeconfig = await shoot.kubeconfig()
        one = alone.Alone(shoot, tmp_path, kubeconfig)
        try:
            await one.start()
            applied, reported = await one.changes(1)
            idle, window = await one.idle(0.5)
        finally:
            await one.end()
        async for each in many.measure(shoot, 3, 0.5, tmp_path, kubeconfig):
            if isinstance(each, results.Window):
                windows.append(each)
            else:
                latencies.append(each)
        requests = await audit.answered(shoot.server.audit_log)
    phases = {
        each.name: each for each in results.phases([window, *windows], requests, stage.ACCOUNT)
    }

    assert 0 < applied.times[0] <= reported.times[0]
    assert idle.peak >= idle.resident > 0
    assert phases[targets.ALONE].asked == phases[targets.IDLE].asked == 0
    assert phases[targets.START].requests["list configmaps"] == 6
    assert phases[targets.CHANGE].requests["patch noderesourcemanagers/status"] == 3
    assert [len(each.times) for each in latencies] == [3]
