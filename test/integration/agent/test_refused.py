# SPDX-License-Identifier: Apache-2.0
"""Configurations that the daemon does not take: people see why, and the old one stays."""

import pytest
from integration.agent.conftest import STATIC, Node, condition

WRONG = {"policy": "Actve: static\nReservedResources: {CPU: -3}\n", "blokio": "{}"}


async def test_a_refused_configuration_and_its_repair(running: Node) -> None:
    """All that is wrong stands in the report and in an Event; the pod is not ready meanwhile."""
    await running.applied(await running.own(STATIC))
    ready = await running.agent.probe("config-status")
    message = await running.refused(await running.own(WRONG))
    report = await running.until(lambda one: one["status"].get("policy"))
    alive, unready = await running.agent.probe(), await running.agent.probe("config-status")
    events = await running.until(
        lambda one: one["items"],
        f"/api/v1/namespaces/default/events?fieldSelector=involvedObject.name={running.name},"
        "reason=ConfigurationRefused",
    )
    await running.applied(await running.own(STATIC))
    again = await running.agent.probe("config-status")

    assert message.startswith("failed to apply configuration: configuration rejected:")
    assert [
        path
        for path in (
            "policy.Actve",
            "did you mean Active",
            "policy.ReservedResources.CPU",
            "blokio",
        )
        if path not in message
    ] == []
    assert report["status"]["policy"] == "static"
    assert ready == again == (0, "Health check OK\n")
    assert alive == (0, "Health check OK\n")
    assert unready[0] == 1
    assert unready[1].startswith("health check negative: configuration error: failed to apply")
    (event,) = events["items"]
    assert event["type"] == "Warning"
    assert "policy.Actve" in event["message"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"policy": "Active: [static\n"}, "policy"),
        ({"policy": "Active: static\nActive: none\n"}, "duplicate key"),
        ({"policy": "x" * 1_000_000}, "longer than 512 KiB"),
        ({"policy": "Active: nonsense\n"}, "unknown value"),
        ({"nonsense": "{}"}, "nonsense"),
        ({"policy": "Active: static\nReservedResources: {CPU: 'cpuset:99'}\n"}, "99"),
    ],
    ids=["no YAML", "twice", "a megabyte", "no policy", "no module", "not on this machine"],
)
async def test_whatever_is_in_a_config_map(running: Node, data: dict[str, str], words: str) -> None:
    """It is refused with words about it, once, and what was in force stays in force."""
    await running.applied(await running.own(STATIC))
    message = await running.refused(await running.own(data))
    report = await running.until(lambda one: one["status"].get("policy"))

    assert words in message
    assert report["status"]["policy"] == "static"
    assert running.agent.said("the daemon refused the configuration") == 1


async def test_the_last_good_one_stays_across_restarts(running: Node) -> None:
    """A daemon that comes back has it, and the agent says again that the new one is refused."""
    await running.applied(await running.own(STATIC))
    version = await running.own(WRONG)
    await running.refused(version)
    await running.daemon.end()
    await running.until(lambda one: condition(one, "DaemonConnected")["status"] == "False")
    await running.daemon.start()
    await running.refused(version)
    report = await running.until(lambda one: one["status"].get("policy"))

    assert (report["status"]["policy"], report["status"]["source"]) == ("static", "kept")


async def test_a_forced_configuration(node: Node) -> None:
    """Whatever is in ConfigMaps, the report says why it does not count."""
    (node.daemon.folder / "force").write_text("policy: {Active: none}")
    node.daemon.more.append(f"--force-config={node.daemon.folder / 'force'}")
    await node.daemon.start()
    await node.agent.start()
    message = await node.refused(await node.own(STATIC))
    report = await node.until(lambda one: one["status"].get("source"))

    assert "the forced configuration" in message
    assert (report["status"]["policy"], report["status"]["source"]) == ("none", "forced")


async def test_a_forced_configuration_alone(node: Node) -> None:
    """Where no ConfigMap is for the node there is nothing to refuse."""
    (node.daemon.folder / "force").write_text("policy: {Active: none}")
    node.daemon.more.append(f"--force-config={node.daemon.folder / 'force'}")
    await node.daemon.start()
    await node.agent.start()
    report = await node.until(
        lambda one: condition(one)["reason"] == "NoConfigMap" and one["status"].get("source")
    )
    answer = await node.agent.probe("config-status")

    assert report["status"]["source"] == "forced"
    assert answer == (0, "Health check OK\n")
