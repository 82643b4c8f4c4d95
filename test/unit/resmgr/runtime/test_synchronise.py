# SPDX-License-Identifier: Apache-2.0
"""What the runtime has, as the engine's event."""

import pytest
from unit.resmgr.engine import toy
from unit.resmgr.runtime import answers

from resmgr.cri import api_pb2
from resmgr.engine.engine import Engine
from resmgr.model import ContainerState, LinuxResources, Mount, Qos
from resmgr.runtime import caller, synchronise
from resmgr.state.changes import Saved
from resmgr.wire.grpc.codes import Code
from resmgr.wire.grpc.statuses import CallError


def sandbox(
    pod_id: str, state: api_pb2.PodSandboxState.ValueType = api_pb2.SANDBOX_READY
) -> api_pb2.PodSandbox:
    """Make a sandbox as it is listed."""
    return api_pb2.PodSandbox(
        id=pod_id,
        metadata=api_pb2.PodSandboxMetadata(name="web", uid=f"uid-{pod_id}", namespace="default"),
        state=state,
    )


def container(
    container_id: str, state: api_pb2.ContainerState.ValueType = api_pb2.CONTAINER_RUNNING
) -> api_pb2.Container:
    """Make a container of pod p1 as it is listed."""
    return api_pb2.Container(
        id=container_id,
        pod_sandbox_id="p1",
        metadata=api_pb2.ContainerMetadata(name=f"name-{container_id}"),
        state=state,
    )


def runtime(*containers: api_pb2.Container) -> answers.Runtime:
    """Make a runtime with pod p1 and its containers."""
    made = answers.Runtime(
        ListPodSandbox=api_pb2.ListPodSandboxResponse(items=[sandbox("p1")]).SerializeToString(),
        ListContainers=api_pb2.ListContainersResponse(containers=containers).SerializeToString(),
    )
    parent = answers.info(config={"linux": {"cgroup_parent": "/kubepods/podu"}})
    made.answers["PodSandboxStatus p1"] = api_pb2.PodSandboxStatusResponse(
        info=parent
    ).SerializeToString()
    return made


def statuses(made: answers.Runtime) -> list[str]:
    """Give the methods of the statuses that were asked for."""
    names = [method.rpartition("/")[2] for method, _ in made.seen]
    return [name for name in names if name.endswith("Status")]


async def test_pods_come_with_their_class() -> None:
    """A pod's cgroup parent and class come from its status."""
    fetched = await synchronise.fetch(caller.Runtime(runtime()))

    (pod,) = fetched.event.pods
    assert (pod.id, pod.uid, pod.name, pod.ready) == ("p1", "uid-p1", "web", True)
    assert (pod.cgroup_parent, pod.qos) == ("/kubepods/podu", Qos.GUARANTEED)
    assert fetched.problems == ()


async def test_containers_come_with_their_resources() -> None:
    """A container's resources come from its status, as a newer runtime tells them."""
    made = runtime(container("c1"))
    status = api_pb2.ContainerStatus(
        mounts=[api_pb2.Mount(container_path="/c", host_path="/h")],
        resources=api_pb2.ContainerResources(
            linux=api_pb2.LinuxContainerResources(cpu_shares=512, cpuset_cpus="2-3")
        ),
    )
    made.answers["ContainerStatus c1"] = api_pb2.ContainerStatusResponse(
        status=status
    ).SerializeToString()

    (found,) = (await synchronise.fetch(caller.Runtime(made))).event.containers

    assert found.linux == LinuxResources(shares=512, cpuset_cpus=0b1100)
    assert found.mounts == (Mount("/c", "/h"),)
    assert (found.namespace, found.state) == ("default", ContainerState.RUNNING)


async def test_an_older_runtimes_specification_counts() -> None:
    """Where the status has no resources, those of the specification are taken."""
    made = runtime(container("c1"))
    spec = {"linux": {"resources": {"cpu": {"shares": 256, "cpus": "1"}}}}
    made.answers["ContainerStatus c1"] = api_pb2.ContainerStatusResponse(
        info=answers.info(runtimeSpec=spec)
    ).SerializeToString()

    (found,) = (await synchronise.fetch(caller.Runtime(made))).event.containers

    assert found.linux == LinuxResources(shares=256, cpuset_cpus=0b10)


async def test_what_is_known_is_not_asked_for() -> None:
    """No status is asked for pods and containers that are known, nor for those that have ended."""
    made = runtime(container("c1"), container("c2", api_pb2.CONTAINER_EXITED))

    fetched = await synchronise.fetch(
        caller.Runtime(made), known_pods={"p1"}, known_containers={"c1"}
    )

    assert statuses(made) == []
    assert [one.id for one in fetched.event.containers] == ["c1", "c2"]
    assert fetched.problems == ()


async def test_a_missing_status_is_no_reason_to_fail() -> None:
    """What cannot be asked for is known without it, and told."""
    made = runtime(container("c1"))
    del made.answers["PodSandboxStatus p1"]

    fetched = await synchronise.fetch(caller.Runtime(made))

    assert [one.id for one in fetched.event.pods] == ["p1"]
    assert [one.id for one in fetched.event.containers] == ["c1"]
    assert fetched.problems == (
        "pod p1: no status: no p1 (NOT_FOUND)",
        "container c1: no status: no c1 (NOT_FOUND)",
    )


async def test_a_status_without_parent_is_told() -> None:
    """A pod whose status does not tell the parent of its cgroup is known without one."""
    made = runtime()
    made.answers["PodSandboxStatus p1"] = b""

    fetched = await synchronise.fetch(caller.Runtime(made))

    assert fetched.event.pods[0].cgroup_parent == ""
    assert fetched.problems == ("pod p1: the runtime does not tell the parent of its cgroup",)


@pytest.mark.parametrize("method", ["ListPodSandbox", "ListContainers"])
@pytest.mark.parametrize("answer", [CallError(Code.UNAVAILABLE, "away"), b"\xff"])
async def test_without_a_list_it_cannot_be(method: str, answer: answers.Answer) -> None:
    """A list that fails or cannot be read is an error that names the list."""
    made = runtime()
    made.answers[f"/runtime.v1.RuntimeService/{method}"] = answer

    with pytest.raises(caller.RuntimeProblem, match=r"cannot list the runtime's \w+:"):
        await synchronise.fetch(caller.Runtime(made))


async def test_many_keep_their_order() -> None:
    """Hundreds of containers are asked for and come in the order of the list."""
    names = [f"c{number}" for number in range(300)]
    made = runtime(*(container(name) for name in names))

    fetched = await synchronise.fetch(caller.Runtime(made))

    assert [one.id for one in fetched.event.containers] == names
    assert len(statuses(made)) == 301


async def test_the_engine_begins_with_it() -> None:
    """What was fetched is what an engine starts with: running containers get their CPUs."""
    made = runtime(container("c1"), container("c2", api_pb2.CONTAINER_EXITED))
    engine = Engine(toy.OneEach(), Saved())

    outcome = engine.start((await synchronise.fetch(caller.Runtime(made))).event)

    assert [one.container for one in outcome.intents if hasattr(one, "container")] == [
        "uid-p1:name-c1"
    ]
