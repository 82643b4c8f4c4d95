# SPDX-License-Identifier: Apache-2.0
"""Adjustments on a real API server reach a real daemon, and say for each node what came of them."""

from typing import Any

from integration.agent.conftest import ADJUSTMENTS, Node, condition


async def put(node: Node, name: str, spec: dict[str, Any]) -> dict[str, Any]:
    """Write an Adjustment."""
    body = {
        "apiVersion": "criresmgr.intel.com/v1alpha1",
        "kind": "Adjustment",
        "metadata": {"name": name, "namespace": "kube-system"},
        "spec": spec,
    }
    return await node.api.apply(f"{ADJUSTMENTS}/{name}", body, field_manager="test")


def entry(obj: dict[str, Any], node: Node) -> dict[str, Any]:
    """Give what an Adjustment says of a node."""
    found = obj.get("status", {}).get("nodes", {}).get(node.name, {})
    return dict(found)


async def test_an_adjustment_says_what_came_of_it(running: Node) -> None:
    """In an entry of each node that it is for, with the generation that was judged."""
    made = await put(running, "for-all", {"scope": [], "toptierLimit": "1Gi"})
    await put(running, "for-others", {"scope": [{"nodes": ["other*"]}]})
    found = await running.until(lambda one: entry(one, running), f"{ADJUSTMENTS}/for-all")
    report = await running.until(lambda one: one["status"].get("adjustments") == ["for-all"])
    other = await running.api.get(f"{ADJUSTMENTS}/for-others")

    assert entry(found, running)["observedGeneration"] == made["metadata"]["generation"]
    assert condition(report, "AdjustmentsApplied")["reason"] == "Applied"
    assert entry(other, running) == {}


async def test_what_is_wrong_stands_in_every_entry(running: Node) -> None:
    """The daemon takes all or none, so each Adjustment says what is wrong with the set."""
    await put(running, "good", {"scope": [], "toptierLimit": "1Gi"})
    await put(running, "bad", {"scope": [], "toptierLimit": "nonsense"})
    found = await running.until(
        lambda one: entry(one, running).get("errors"), f"{ADJUSTMENTS}/good"
    )
    await running.api.delete(f"{ADJUSTMENTS}/bad")
    mended = await running.until(
        lambda one: entry(one, running).get("errors") == {}, f"{ADJUSTMENTS}/good"
    )

    assert "nonsense" in entry(found, running)["errors"]["bad"]
    assert entry(mended, running)["errors"] == {}


async def test_a_changed_adjustment_is_judged_again(running: Node) -> None:
    """Its entry follows the spec; nodes do not set each other off by writing theirs."""
    await put(running, "one", {"scope": [], "toptierLimit": "1Gi"})
    first = await running.until(lambda one: entry(one, running), f"{ADJUSTMENTS}/one")
    changed = await put(running, "one", {"scope": [], "toptierLimit": "2Gi"})
    second = await running.until(
        lambda one: (
            entry(one, running).get("observedSpec")
            not in (None, entry(first, running)["observedSpec"])
        ),
        f"{ADJUSTMENTS}/one",
    )
    told = running.agent.said("Adjustments")
    status: dict[str, Any] = {"status": {"nodes": {"another-node": {"errors": {}}}}}
    await running.api.patch(f"{ADJUSTMENTS}/one", status)
    await put(running, "two", {"scope": [], "toptierLimit": "1Gi"})
    await running.until(lambda one: entry(one, running), f"{ADJUSTMENTS}/two")
    last = await running.api.get(f"{ADJUSTMENTS}/one")

    assert entry(second, running)["observedGeneration"] == changed["metadata"]["generation"]
    assert entry(last, running)["observedGeneration"] == changed["metadata"]["generation"]
    assert running.agent.said("Adjustments") > told


async def test_a_node_that_an_adjustment_is_not_for_any_more(running: Node) -> None:
    """Its entry goes."""
    await put(running, "one", {"scope": [{"nodes": [running.name]}]})
    await running.until(lambda one: entry(one, running), f"{ADJUSTMENTS}/one")
    await put(running, "one", {"scope": [{"nodes": ["other"]}]})
    await running.until(lambda one: not entry(one, running), f"{ADJUSTMENTS}/one")
    report = await running.until(lambda one: one["status"].get("adjustments") == [])

    assert condition(report, "AdjustmentsApplied")["reason"] == "NoAdjustments"


async def test_the_set_is_told_once_at_the_start(running: Node) -> None:
    """Also when it is empty: what was deleted while no agent ran must not stay."""
    await running.agent.logged("the daemon took 0 Adjustments")

    assert running.agent.said("the daemon took 0 Adjustments") == 1


async def test_classes_are_refused_also_after_a_restart(running: Node) -> None:
    """This version has none; what was before stays, and the refusal is told by both daemons."""
    await put(running, "good", {"scope": [], "toptierLimit": "1Gi"})
    await running.until(lambda one: entry(one, running).get("errors") == {}, f"{ADJUSTMENTS}/good")
    await put(running, "bad", {"scope": [], "classes": {"rdt": "gold"}})
    found = await running.until(lambda one: entry(one, running), f"{ADJUSTMENTS}/bad")
    await running.daemon.end()
    await running.until(lambda one: condition(one, "DaemonConnected")["status"] == "False")
    await running.daemon.start()
    await running.agent.logged("the daemon refused the Adjustments", 2)
    report = await running.until(
        lambda one: condition(one, "AdjustmentsApplied")["reason"] == "Refused"
    )
    await running.api.delete(f"{ADJUSTMENTS}/bad")
    mended = await running.until(
        lambda one: condition(one, "AdjustmentsApplied")["reason"] == "Applied"
    )

    assert "RDT classes are not part of this version" in entry(found, running)["errors"]["bad"]
    assert "bad: " in condition(report, "AdjustmentsApplied")["message"]
    assert mended["status"]["adjustments"] == ["good"]
