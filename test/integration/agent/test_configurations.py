# SPDX-License-Identifier: Apache-2.0
"""ConfigMaps on a real API server become configurations of a real daemon."""

import signal

from integration.agent.conftest import NONE, STATIC, Node, condition

PODPOOLS = {"policy": "Active: podpools\nReservedResources: {CPU: 'cpuset:0'}\n"}


async def test_a_change_arrives_and_says_so(running: Node) -> None:
    """One object tells the policy, the ConfigMap, its version, and that it is in force."""
    version = await running.own(STATIC)
    await running.applied(version)
    report = await running.until(lambda one: one["status"].get("policy") == "static")

    status = report["status"]
    assert status["configuration"] == {
        "level": "node",
        "configMap": f"cri-resmgr-config.node.{running.name}",
        "generation": version,
    }
    assert condition(report)["reason"] == "Applied"
    assert (status["source"], status["containers"]) == ("agent", 0)
    assert report["metadata"]["ownerReferences"][0]["name"] == running.name


async def test_levels_stand_above_each_other(running: Node) -> None:
    """Node before group before default, also when one of them goes or the label changes."""
    found: list[int] = []
    for step in (
        running.config("default", NONE),
        running.config("group.a", STATIC),
        running.label("a"),
        running.own(PODPOOLS),
        running.own(None),
        running.label("b"),
    ):
        await step
        found.append(len(found))
        level = ("default", "default", "group", "node", "group", "default")[found[-1]]
        policy = ("none", "none", "static", "podpools", "static", "none")[found[-1]]
        await running.until(
            lambda one, level=level, policy=policy: (  # type: ignore[misc]
                one["status"]["configuration"]["level"] == level
                and condition(one)["reason"] == "Applied"
                and one["status"].get("policy") == policy
            )
        )

    assert running.agent.said("refused") == 0


async def test_a_group_that_gets_its_configuration_later(running: Node) -> None:
    """A label that no ConfigMap answers to leaves the default one in force."""
    await running.config("default", STATIC)
    await running.label("b")
    await running.until(lambda one: one["status"].get("policy") == "static")
    await running.config("group.b", NONE)
    report = await running.until(lambda one: one["status"].get("policy") == "none")

    assert report["status"]["configuration"]["level"] == "group"


async def test_the_last_one_is_deleted(running: Node) -> None:
    """The daemon forgets it and goes by its fallback, also after a restart."""
    await running.own(STATIC)
    await running.until(lambda one: one["status"].get("policy") == "static")
    await running.own(None)
    report = await running.until(
        lambda one: one["status"].get("policy") == "none" and condition(one)["reason"] != "Waiting"
    )
    await running.daemon.end()
    await running.daemon.start()
    again = await running.until(
        lambda one: (
            condition(one, "DaemonConnected")["status"] == "True" and one["status"].get("source")
        )
    )

    assert condition(report)["reason"] == "NoConfigMap"
    assert report["status"]["source"] == "none"
    assert again["status"]["policy"] == "none"


async def test_an_empty_config_map_is_no_configuration(running: Node) -> None:
    """What is below counts: nobody gets an empty configuration by accident."""
    await running.config("default", STATIC)
    await running.own({})
    report = await running.until(lambda one: one["status"].get("policy") == "static")

    assert report["status"]["configuration"]["level"] == "default"


async def test_several_quick_edits(running: Node) -> None:
    """They settle: the daemon is told once, and of the last one."""
    assert running.agent.child is not None
    # However slow the machine is, they are quick for an agent that hears of them at once.
    running.agent.child.send_signal(signal.SIGSTOP)
    for data in (NONE, PODPOOLS, STATIC, PODPOOLS, STATIC):
        version = await running.own(data)
    running.agent.child.send_signal(signal.SIGCONT)
    await running.applied(version)

    assert running.agent.said("the daemon took the configuration (ConfigMap") == 1


async def test_a_version_without_another_content(running: Node) -> None:
    """An annotation makes another version: it is reported, and nothing is told to the daemon."""
    await running.applied(await running.own(STATIC))
    path = f"/api/v1/namespaces/kube-system/configmaps/cri-resmgr-config.node.{running.name}"
    made = await running.api.patch(path, {"metadata": {"annotations": {"why": "none"}}})
    await running.applied(made["metadata"]["resourceVersion"])

    assert running.agent.said("the daemon took the configuration (ConfigMap") == 1


async def test_a_node_object_that_comes_later(node: Node) -> None:
    """Without it there is no group, and nothing to report to; both come with it."""
    await node.api.delete(f"/api/v1/nodes/{node.name}")
    await node.config("default", STATIC)
    await node.daemon.start()
    await node.agent.start()
    await node.agent.logged("the daemon took the configuration")
    body = {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": node.name, "labels": {"x": "y"}},
    }
    await node.api.create("/api/v1/nodes", body)
    report = await node.until(lambda one: condition(one)["reason"] == "Applied")

    assert report["status"]["configuration"]["level"] == "default"
