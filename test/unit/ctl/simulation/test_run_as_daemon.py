# SPDX-License-Identifier: Apache-2.0
"""What is simulated is what a daemon decides: the same pods, through its sockets, as a process."""

import asyncio
import sys
from pathlib import Path

import pytest
import yaml
from unit.ctl.simulation import made
from unit.resmgr.daemon import fake_node
from unit.resmgr.sysfs import trees

from ctl import configured, live
from ctl.simulation import explaining, kubelet, placements, workloads
from ctl.simulation.podspecs import PodSpec
from ctl.simulation.records import State
from ctl.simulation.run import Simulation
from resmgr import cpuset
from resmgr.config.problem import Findings
from resmgr.cri import api_pb2 as api
from resmgr.model import Container
from resmgr.policy import explain
from resmgr.wire.grpc.codes import Code
from resmgr.wire.grpc.statuses import CallError

ROOT = Path(__file__).resolve().parents[4]
MACHINE = trees.Tree(packages=2, nodes=2, cores=4, threads=2, memory=48 << 20)
CONFIGURATIONS = {
    "balloons": "balloons: {BalloonTypes: [{Name: own, Namespaces: [telecom]}]}",
    "dynamic-pools": "dynamic-pools: {DynamicPoolTypes: [{Name: own, Namespaces: [telecom]}]}",
    "podpools": "podpools: {Pools: [{Name: big, CPU: 4, Instances: 2, MaxPods: 2}]}",
    "static": "",
    "static-pools": "static-pools: {pools: {shared: {cpuLists: [{Socket: 0, Cpuset: '4-7'}]}}}",
    "static-plus": "",
    "topology-aware": "",
}


class Daemon:
    """A kubelet before a daemon, whose containers are entries in a dictionary."""

    def __init__(self, client: fake_node.Client) -> None:
        self._client = client
        self.ids: dict[str, str] = {}
        self.refused: set[str] = set()

    async def run(self, asking: kubelet.Kubelet, spec: PodSpec, number: int) -> None:
        """Run a pod as kubelets do."""
        pod = asking.sandbox(spec, number)
        sandbox = api.PodSandboxConfig(
            metadata=api.PodSandboxMetadata(name=pod.name, uid=pod.uid, namespace=pod.namespace),
            labels=pod.labels,
            annotations=pod.annotations,
            linux=api.LinuxPodSandboxConfig(cgroup_parent=pod.cgroup_parent),
        )
        answer = await self._client.call("RunPodSandbox", api.RunPodSandboxRequest(config=sandbox))
        pod_id = api.RunPodSandboxResponse.FromString(answer).pod_sandbox_id
        for one in spec.containers:
            config = _config(asking.container(one, spec, pod))
            request = api.CreateContainerRequest(
                pod_sandbox_id=pod_id, config=config, sandbox_config=sandbox
            )
            name = f"{spec.full_name}:{one.name}"
            try:
                answer = await self._client.call("CreateContainer", request)
            except CallError as error:
                if error.status.code is not Code.RESOURCE_EXHAUSTED:
                    raise
                self.refused.add(name)
                continue
            container_id = api.CreateContainerResponse.FromString(answer).container_id
            await self._client.start(container_id)
            self.ids[name] = container_id
            if one.ends:
                stop = api.StopContainerRequest(container_id=container_id)
                await self._client.call("StopContainer", stop)


def _config(container: Container) -> api.ContainerConfig:
    linux = container.linux
    return api.ContainerConfig(
        metadata=api.ContainerMetadata(name=container.name),
        envs=[api.KeyValue(key=key, value=value) for key, value in container.env],
        labels=container.labels,
        annotations=container.annotations,
        linux=api.LinuxContainerConfig(
            resources=api.LinuxContainerResources(
                cpu_shares=linux.shares,
                cpu_quota=linux.quota,
                cpu_period=linux.period,
                memory_limit_in_bytes=linux.memory_limit,
            )
        ),
    )


def pods() -> tuple[PodSpec, ...]:
    """The pods of the tutorial, and some more."""
    text = (ROOT / "examples/simulation/pods.yaml").read_text("utf-8")
    findings = Findings()
    found = workloads.read(yaml.safe_load_all(text), "pods", findings)

    assert findings.count == 0
    return (*found.pods, *made.specs(made.whole("much", "99"), made.pod("last")))


@pytest.mark.parametrize("name", sorted(CONFIGURATIONS))
async def test_a_simulation_is_what_a_daemon_does(name: str, tmp_path: Path) -> None:
    """CPUs, memory nodes and shares of every container that runs are the same, and so is why."""
    text = f"policy: {{Active: {name}, ReservedResources: {{CPU: 2}}, {CONFIGURATIONS[name]}}}"
    machine = MACHINE.machine()
    asking = kubelet.Kubelet(machine)
    policy = configured.judge(text, name).policy(machine, None)
    simulation = Simulation(asking, policy, watch=lambda record: record.pod.name == "last")
    for spec in pods():
        simulation.add(spec)
    async with fake_node.node(tmp_path) as node:
        MACHINE.write(tmp_path / "large")
        (tmp_path / "c.yaml").write_text(text, encoding="utf-8")
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", "from resmgr.daemon.cli import main; main()"),
            *node.flags(
                f"--force-config={tmp_path / 'c.yaml'}",
                f"--sysfs-root={tmp_path / 'large'}",
                # Policy static-pools wants one, whether anybody is there or not.
                f"--agent-socket={tmp_path / 'agent.sock'}",
            ),
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            daemon = Daemon(node.client())
            for number, spec in enumerate(pods(), 1):
                await daemon.run(asking, spec, number)
            query = {"container": "default/last:c"}
            socket = str(tmp_path / "introspect.sock")
            told = await asyncio.to_thread(live.get, "/explain", socket, query)
            refused = [
                await asyncio.to_thread(live.get, "/explain", socket, {"container": one})
                for one in sorted(daemon.refused)
            ]
            done = {
                key: node.runtime.containers[one].linux.resources for key, one in daemon.ids.items()
            }
        finally:
            process.terminate()
            await asyncio.wait_for(process.wait(), 60)
    placed = placements.of(simulation)
    simulated = {
        one.name: (cpuset.show(one.cpus), cpuset.show_ids(one.mems)) for one in placed.running
    }

    (arrival,) = (record.arrival for record in simulation.records if record.arrival)
    explained = explain.document(explaining.explanation(arrival))

    assert {key: told[key] for key in explained} == explained
    assert {one.name for one in placed.refused} == daemon.refused
    assert [one["container"] for one in refused] == sorted(daemon.refused)
    assert all(one["state"] == "refused" and one["rule"] and one["request"] for one in refused)
    assert simulated == {key: (done[key].cpuset_cpus, done[key].cpuset_mems) for key in simulated}
    assert {key: done[key].cpu_shares for key in simulated} == {
        record.name: record.linux.shares
        for record in simulation.records
        if record.state is State.RUNNING
    }
