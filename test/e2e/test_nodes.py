# SPDX-License-Identifier: Apache-2.0
"""The ground itself: nodes are what Gardener's are, and tests see what happens on them."""

from datetime import UTC, datetime

import pytest
from ground import cluster, controlplane, gardener, images, kubelet, node_agent, record, runtime

pytestmark = pytest.mark.timeout(300)

OTHER = "/run/ground/runtime.sock"
"""Another path of containerd's own socket."""

SAVED = "/etc/version"
"""Where a pod keeps what it has been answered."""


@pytest.mark.parametrize(("name", "pool"), [("node-1", "blue"), ("node-2", "green")])
async def test_nodes_are_ready_with_the_labels_of_their_pool(
    shoot: cluster.Cluster, name: str, pool: str
) -> None:
    """Both nodes have joined by themselves, and carry what our DaemonSets select by."""
    node = await shoot.until_ready(name)

    labels = node["metadata"]["labels"]
    assert labels["worker.gardener.cloud/pool"] == pool
    assert labels["worker.gardener.cloud/cri-name"] == "containerd"


async def test_the_kubelets_last_word_is_that_of_extra_args(shoot: cluster.Cluster) -> None:
    """The unit takes its arguments from Gardener's file, behind all of its own."""
    node = shoot.machines["node-1"]
    kubelet.set_extra_args(node, "--v=3")
    try:
        await kubelet.restart(node)
        changed = await node.arguments(kubelet.UNIT)
    finally:
        kubelet.set_extra_args(node)
        await kubelet.restart(node)
    plain = await node.arguments(kubelet.UNIT)

    assert changed == (*plain, "--v=3")


async def test_containers_survive_another_endpoint_and_the_way_back(
    shoot: cluster.Cluster,
) -> None:
    """Through two restarts of the kubelet, each with another socket, containers live on."""
    node = shoot.machines["node-1"]
    async with shoot.pod(cluster.pod("endures", node="node-1")):
        before = await runtime.of_pod(node, "endures")
        await node.run("ln", "--symbolic", "/run/containerd/containerd.sock", OTHER)
        try:
            kubelet.set_extra_args(node, f"--container-runtime-endpoint=unix://{OTHER}")
            await kubelet.restart(node)
            told = await kubelet.endpoint(node)
            async with shoot.pod(cluster.pod("beside", node="node-1")):
                there = await runtime.of_pod(node, "endures")
                beside = await runtime.of_pod(node, "beside")
        finally:
            kubelet.set_extra_args(node)
            await kubelet.restart(node)
            await node.run("rm", OTHER)
        back = await kubelet.endpoint(node)
        after = await runtime.of_pod(node, "endures")

    assert [each.name for each in before] == ["", "main"]
    assert [each.name for each in beside] == ["", "main"]
    assert before == there == after
    assert told == f"unix://{OTHER}"
    assert back == gardener.CONTAINERD_SOCKET


async def test_pods_of_two_nodes_do_not_meet(shoot: cluster.Cluster) -> None:
    """Each node sees its own containers only, and pins none of them by itself."""
    async with (
        shoot.pod(cluster.pod("here", node="node-1", resources={"cpu": "1", "memory": "64Mi"})),
        shoot.pod(cluster.pod("there", node="node-2")),
    ):
        first = await runtime.containers(shoot.machines["node-1"])
        second = await runtime.containers(shoot.machines["node-2"])

    assert {each.pod for each in first} == {"here"}
    assert {each.pod for each in second} == {"there"}
    assert {each.cpus for each in (*first, *second)} == {first[0].cpus}


@pytest.mark.parametrize("host_network", [False, True])
async def test_pods_reach_the_api_server_by_its_service(
    shoot: cluster.Cluster, *, host_network: bool
) -> None:
    """From the pods' network and from the node's, the service's address is the API server."""
    url = f"https://{controlplane.SERVICE_ADDRESS}/version"
    ask = f"/bin/busybox wget -q -O {SAVED} --no-check-certificate {url}; sleep 1000000"
    asking = cluster.pod("asking", node="node-1", command=("sh", "-c", ask))
    asking["spec"]["hostNetwork"] = host_network
    (container,) = asking["spec"]["containers"]
    answered = {"command": ["grep", cluster.kubernetes_version(), SAVED]}
    container["readinessProbe"] = {"exec": answered, "periodSeconds": 1}
    async with shoot.pod(asking) as running:
        pass

    assert cluster.is_ready(running)


async def test_an_image_is_pulled_by_the_name_that_it_is_given(shoot: cluster.Cluster) -> None:
    """A node finds an image of a registry that nobody can reach, once, and then has it."""
    name = "registry.example.com/some/where/busybox:v7"
    shoot.registry.also(images.BUSYBOX, name)
    async with shoot.pod(cluster.pod("pulling", node="node-1", image=name)) as pod:
        status = pod["status"]["containerStatuses"][0]
    async with shoot.pod(cluster.pod("having", node="node-1", image=name)):
        pass

    assert status["image"] in {name, images.BUSYBOX}
    assert status["imageID"].startswith(("registry.example.com/", "localhost/"))
    assert shoot.registry.pulls.count(name) == 1


async def test_a_node_comes_back_after_a_reboot(shoot: cluster.Cluster) -> None:
    """Switched off in order and on again, with the same disk and /run as empty as at first."""
    node = shoot.machines["node-2"]
    await node.run("touch", "/run/ground/old", "/opt/kept")
    off = datetime.now(UTC)
    before = node.pid
    await node.reboot()
    await shoot.until_ready("node-2", since=off)
    there = [node.path(path).exists() for path in ("/run/ground/old", "/opt/kept")]
    await node.run("rm", "/opt/kept")

    assert node.pid != before
    assert there == [False, True]


async def test_a_node_comes_back_after_a_power_cut(shoot: cluster.Cluster) -> None:
    """What lies on the disk is there again, and its pods run anew."""
    node = shoot.machines["node-2"]
    async with shoot.pod(cluster.pod("again", node="node-2")):
        before = await runtime.of_pod(node, "again")
        await node.cut_power()
        cut = datetime.now(UTC)
        await node.start()
        await shoot.until_ready("node-2", since=cut)
        after = await runtime.until_runs(node, "again")

    assert {each.id for each in before} & {each.id for each in after} == set()


async def test_the_node_agent_rewrites_its_own_and_nothing_else(shoot: cluster.Cluster) -> None:
    """A new unit, and a new kubelet, leave the extra arguments and the containers alone."""
    node = shoot.machines["node-1"]
    unit = node_agent.kubelet_unit(node)
    async with shoot.pod(cluster.pod("stays", node="node-1")):
        before = await runtime.of_pod(node, "stays")
        kubelet.set_extra_args(node, "--v=3")
        try:
            await node_agent.label(node, {"example.com/new": "yes"})
            await node_agent.replace_kubelet(node)
            arguments = await node.arguments(kubelet.UNIT)
        finally:
            kubelet.set_extra_args(node)
            await node_agent.apply(node, unit)
        after = await runtime.of_pod(node, "stays")

    assert "--node-labels=example.com/new=yes" in arguments
    assert arguments[-1] == "--v=3"
    assert before == after


async def test_systemd_is_driven_over_dbus_without_capabilities(shoot: cluster.Cluster) -> None:
    """Root without any capability restarts a unit over the system bus, as our pods do."""
    node = shoot.machines["node-1"]
    before = await node.main_pid(kubelet.UNIT)
    bare = ("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs")
    manager = ("org.freedesktop.systemd1", "/org/freedesktop/systemd1")
    call = (*manager, "org.freedesktop.systemd1.Manager", "RestartUnit", "ss")
    await node.run(*bare, "busctl", "--system", "call", *call, kubelet.UNIT, "replace")
    await kubelet.until_restarted(node, before)

    assert await kubelet.endpoint(node) == gardener.CONTAINERD_SOCKET


async def test_what_happens_to_files_is_seen(shoot: cluster.Cluster) -> None:
    """A restart of kubelet and a pod change no file of the record; a changed byte is told."""
    node = shoot.machines["node-1"]
    before = record.take(node.disk)
    async with shoot.pod(cluster.pod("passing", node="node-1")):
        await kubelet.restart(node)
    quiet = record.differences(before, record.take(node.disk))
    node.disk.write("/etc/environment", "LANG=C.UTF-9\n")
    node.disk.write("/var/lib/kubelet/extra_args", "")
    try:
        told = record.differences(before, record.take(node.disk))
    finally:
        node.disk.write("/etc/environment", "LANG=C.UTF-8\n")
        node.disk.path("/var/lib/kubelet/extra_args").unlink()

    assert quiet == []
    assert [line.split(" ")[:2] for line in told] == [
        ["/etc/environment:", "content"],
        ["/var/lib/kubelet/extra_args:", "file"],
    ]
