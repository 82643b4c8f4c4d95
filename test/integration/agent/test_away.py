# SPDX-License-Identifier: Apache-2.0
"""What goes away and comes back: the API server, the daemon, the agent. Nothing is lost by it."""

import signal

from integration.agent.conftest import NONE, STATIC, Node, condition


async def test_the_api_server_is_away(running: Node) -> None:
    """Nothing is concluded from that: what counts stays, and what changed meanwhile comes."""
    await running.config("default", STATIC)
    await running.until(lambda one: one["status"].get("policy") == "static")
    running.restarted = True
    await running.server.stop_api_server(kill=True)
    await running.agent.logged("what was known stays")
    told = running.agent.said("the daemon took")
    error = await running.agent.probe("config-status")
    await running.server.start_api_server()
    version = await running.config("default", NONE)
    report = await running.until(lambda one: one["status"].get("policy") == "none")

    assert running.agent.said("that there is none") == 1
    assert running.agent.said("the daemon took") == told + 1
    assert error == (0, "Health check OK\n")
    assert report["status"]["configuration"]["generation"] == version


async def test_the_daemon_is_restarted(running: Node) -> None:
    """It is told everything again, whatever it remembers itself."""
    await running.applied(await running.own(STATIC))
    told = running.agent.said("the daemon took the configuration (ConfigMap")
    await running.daemon.kill()
    down = await running.until(lambda one: condition(one, "DaemonConnected")["status"] == "False")
    await running.daemon.start()
    await running.agent.logged("the daemon took the configuration (ConfigMap", told + 1)
    report = await running.until(
        lambda one: (
            one["status"].get("source") == "agent"
            and condition(one, "DaemonConnected")["status"] == "True"
        )
    )

    assert condition(down, "DaemonConnected")["reason"] == "ConnectionLost"
    assert condition(report)["reason"] == "Applied"


async def test_a_change_while_the_daemon_is_down(running: Node) -> None:
    """It is told as soon as it is back; meanwhile the pod is not ready, and the report says why."""
    await running.applied(await running.own(NONE))
    await running.daemon.end()
    await running.own(STATIC)
    report = await running.until(lambda one: condition(one)["reason"] == "DaemonUnreachable")
    code, text = await running.agent.probe("config-status")
    await running.daemon.start()
    await running.until(
        lambda one: (
            condition(one)["reason"] == "Applied" and one["status"].get("policy") == "static"
        )
    )

    assert condition(report)["status"] == "False"
    assert code == 1
    assert "configuration error" in text


async def test_the_agent_is_killed(running: Node) -> None:
    """The next one finds its socket in the way, everything as it was, and says the same."""
    version = await running.own(STATIC)
    before = await running.applied(version)
    await running.agent.end(signal.SIGKILL)
    await running.agent.start()
    await running.agent.logged("the daemon took the configuration (ConfigMap", 2)
    after = await running.applied(version)

    assert condition(after)["lastTransitionTime"] == condition(before)["lastTransitionTime"]


async def test_an_orderly_end(running: Node) -> None:
    """The socket goes with the agent, and the exit code is 0."""
    code = await running.agent.end()

    assert code == 0
    assert not running.agent.socket.exists()
    assert running.agent.said("the agent ends") == 1


async def test_a_node_without_a_daemon(node: Node) -> None:
    """It is none of ours: the pod is ready, and the report says that there is no daemon."""
    await node.config("default", STATIC)
    await node.agent.start()
    report = await node.until(lambda one: condition(one)["reason"] == "DaemonUnreachable")
    answer = await node.agent.probe("config-status")

    assert condition(report, "DaemonConnected")["reason"] == "NoDaemon"
    assert answer == (0, "Health check OK\n")


async def test_the_report_is_deleted(running: Node) -> None:
    """It is made anew with the next change."""
    await running.applied(await running.own(NONE))
    await running.api.delete(
        f"/apis/criresmgr.intel.com/v1alpha1/noderesourcemanagers/{running.name}"
    )
    await running.applied(await running.own(STATIC))

    assert running.agent.said("cannot write the state of this node") == 1
