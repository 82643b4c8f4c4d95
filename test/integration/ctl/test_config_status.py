# SPDX-License-Identifier: Apache-2.0
"""`kubectl resmgr config status` on a real API server, whose nodes report what a test says."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from garden import binaries, servers, target
from integration.agent.conftest import CONFIG_MAPS, REPORTS, objects

from controller import kube

PROGRAM = "from ctl.main import main; raise SystemExit(main())"
DEFAULT = "cri-resmgr-config.default"
SINCE = "2026-11-22T12:00:00Z"


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[servers.Server, servers.Server]]:
    """A cluster whose nodes report, and one that has never heard of us."""
    with servers.running("reporting", "bare") as (reporting, bare):

        async def prepare() -> None:
            async with reporting.client() as client:
                brought = target.Target(client)
                for obj in objects():
                    if obj["kind"] == "CustomResourceDefinition":
                        await brought.apply(obj)

        asyncio.run(prepare())
        yield reporting, bare


class World:
    """A cluster, and the program of somebody who asks it."""

    def __init__(self, api: kube.Client, kubeconfig: Path) -> None:
        """Take an administrator's client, and the kubeconfig of who asks."""
        self.api = api
        self.kubeconfig = kubeconfig

    async def start(
        self, *words: str, kubeconfig: Path | None = None
    ) -> asyncio.subprocess.Process:
        """Start the command."""
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", PROGRAM, "config", "status", *words),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=binaries.PROJECT,
            env={"PATH": os.environ["PATH"], "KUBECONFIG": str(kubeconfig or self.kubeconfig)},
        )

    async def run(self, *words: str, kubeconfig: Path | None = None) -> tuple[int, str, str]:
        """Run it; give status, output and errors."""
        child = await self.start(*words, kubeconfig=kubeconfig)
        out, err = await child.communicate()
        assert child.returncode is not None
        assert b"Traceback" not in err
        return child.returncode, out.decode(), err.decode()

    async def asked(self, *words: str) -> tuple[int, dict[str, dict[str, str]]]:
        """Run it for its document; give status and nodes by name."""
        status, out, _ = await self.run("-o", "json", *words)
        return status, {one["node"]: one for one in json.loads(out)["nodes"]}

    async def config(self) -> str:
        """Write the default ConfigMap anew; give its version."""
        before = await self.api.get(CONFIG_MAPS)
        body = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": DEFAULT, "namespace": "kube-system"},
            "data": {"policy": f"Active: none # {before['metadata']['resourceVersion']}"},
        }
        made = await self.api.apply(f"{CONFIG_MAPS}/{DEFAULT}", body, field_manager="test")
        return str(made["metadata"]["resourceVersion"])

    async def report(
        self, node: str, version: str, reason: str = "Applied", text: str = ""
    ) -> None:
        """Have a node report of the default ConfigMap."""
        head = {"apiVersion": "criresmgr.intel.com/v1alpha1", "kind": "NodeResourceManager"}
        path = f"{REPORTS}/{node}"
        await self.api.apply(path, {**head, "metadata": {"name": node}}, field_manager="test")
        condition = {
            "type": "ConfigurationApplied",
            "status": "True" if reason == "Applied" else "False",
            "reason": reason,
            "message": text,
            "lastTransitionTime": SINCE,
        }
        given = {"level": "default", "configMap": DEFAULT, "generation": version}
        status = {"policy": "none", "configuration": given, "conditions": [condition]}
        await self.api.patch(f"{path}/status", {"status": status})


@pytest.fixture
async def world(
    both: tuple[servers.Server, servers.Server], tmp_path: Path
) -> AsyncIterator[World]:
    """The cluster whose nodes report, none so far."""
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(both[0].kubeconfig(), encoding="utf-8")
    async with both[0].client() as api:
        for one in (await api.get(REPORTS))["items"]:
            await api.delete(f"{REPORTS}/{one['metadata']['name']}")
        yield World(api, kubeconfig)


async def test_all_nodes_at_a_glance(world: World) -> None:
    """Who has it, who refused it and why, who has not heard of it; 1 since one has refused."""
    former = await world.config()
    version = await world.config()
    await world.report("n1", version)
    await world.report("n2", version, "Refused", "policy.Actve: unknown key")
    await world.report("n3", former)
    status, out, err = await world.run()

    lines = out.splitlines()
    assert (status, err) == (1, "")
    assert lines[1].split()[:5] == ["n1", "none", DEFAULT, version, "applied"]
    assert lines[2].split()[4] == "refused"
    assert lines[2].endswith("policy.Actve: unknown key")
    assert lines[3].endswith(f"the ConfigMap is at {version}; it was applied at {former}")
    assert lines[5] == "3 nodes: 1 applied, 1 refused, 1 behind"


async def test_labels_of_nodes_choose(world: World) -> None:
    """Reports have none; and nobody of those has refused."""
    version = await world.config()
    await world.report("small", version, "Refused", "no")
    await world.report("big", version)
    body = {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": "big", "labels": {"pool": "b"}},
    }
    await world.api.create("/api/v1/nodes", body)
    status, found = await world.asked("-l", "pool=b")
    await world.api.delete("/api/v1/nodes/big")

    assert (status, list(found)) == (0, ["big"])
    assert found["big"]["since"] == SINCE


async def test_no_node_reports_yet(world: World) -> None:
    """It is said where to look."""
    status, out, err = await world.run()

    assert (status, out) == (0, "0 nodes\n")
    assert "get daemonset cri-resmgr-agent" in err


async def test_changes_are_followed(world: World) -> None:
    """A line for each node as it changes, until somebody ends it."""
    version = await world.config()
    await world.report("n1", version)
    child = await world.start("--watch", "-o", "json")
    assert child.stdout is not None
    try:
        async with asyncio.timeout(20):
            first = json.loads(await child.stdout.readline())
            await world.report("n1", version, "Refused", "no")
            second = json.loads(await child.stdout.readline())
    finally:
        child.send_signal(2)
        _, err = await child.communicate()

    assert (first["state"], second["state"], second["message"]) == ("applied", "refused", "no")
    assert child.returncode == 130
    assert err == b""


async def test_a_credential_plugin_is_followed(world: World, tmp_path: Path) -> None:
    """As the kubeconfigs of most clusters have one."""
    await world.report("n1", await world.config())
    config = json.loads(world.kubeconfig.read_text(encoding="utf-8"))
    credential = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "kind": "ExecCredential",
        "status": {"token": config["users"][0]["user"].pop("token")},
    }
    plugin = {
        "apiVersion": credential["apiVersion"],
        "command": "echo",
        "args": [json.dumps(credential)],
        "interactiveMode": "Never",
    }
    config["users"][0]["user"]["exec"] = plugin
    file = tmp_path / "with-plugin"
    file.write_text(json.dumps(config), encoding="utf-8")
    status, out, _ = await world.run("--kubeconfig", str(file))

    assert (status, out.splitlines()[-1]) == (0, "1 node: 1 applied")


async def test_a_cluster_without_our_definitions(
    both: tuple[servers.Server, servers.Server], world: World, tmp_path: Path
) -> None:
    """It does not know such reports, and it is said why that may be."""
    file = tmp_path / "bare"
    file.write_text(both[1].kubeconfig(), encoding="utf-8")
    status, _, err = await world.run(kubeconfig=file)

    assert status == 1
    assert "cannot list NodeResourceManagers: this cluster does not know them" in err
    assert "kubectl get crd noderesourcemanagers.criresmgr.intel.com" in err


@pytest.mark.parametrize("server", [0, 1])
async def test_somebody_without_rights(
    server: int, both: tuple[servers.Server, servers.Server], world: World, tmp_path: Path
) -> None:
    """The server's words, and what has to be allowed."""
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "nobody"}}
    async with both[server].client() as api:
        path = "/api/v1/namespaces/default/serviceaccounts"
        await api.apply(f"{path}/nobody", account, field_manager="test")
    token = await both[server].service_account_token("default", "nobody")
    file = tmp_path / "nobody"
    file.write_text(both[server].kubeconfig(token), encoding="utf-8")
    status, _, err = await world.run(kubeconfig=file)

    assert status == 1
    assert "default:nobody" in err
    assert "cannot list resource" in err
    assert "hint: somebody has to allow it: `kubectl auth can-i" in err


def changed(given: Mapping[str, Any], section: str, **values: str) -> str:
    """Give a kubeconfig with another cluster or user."""
    config = json.loads(json.dumps(given))
    config[f"{section}s"][0][section] |= values
    return json.dumps(config)


@pytest.mark.parametrize(
    ("section", "values", "code", "words"),
    [
        ("user", {"token": "wrong"}, 1, "log in anew"),
        ("cluster", {"server": "https://127.0.0.1:1"}, 3, "127.0.0.1:1 does not answer"),
        ("cluster", {"server": "https://nowhere.invalid"}, 3, "nowhere.invalid does not answer"),
    ],
)
async def test_a_kubeconfig_that_leads_nowhere(
    section: str, values: dict[str, str], code: int, words: str, world: World, tmp_path: Path
) -> None:
    """One sentence, at once, and what helps."""
    given = json.loads(world.kubeconfig.read_text(encoding="utf-8"))
    file = tmp_path / "changed"
    file.write_text(changed(given, section, **values), encoding="utf-8")
    status, out, err = await world.run("--kubeconfig", str(file))

    assert (status, out) == (code, "")
    assert words in err
    assert len(err.splitlines()) == 2


async def test_no_kubeconfig(world: World, tmp_path: Path) -> None:
    """It is said how to name one."""
    status, _, err = await world.run(kubeconfig=tmp_path / "none")

    assert status == 2
    assert "cannot read the kubeconfig" in err
    assert "--kubeconfig FILE or KUBECONFIG" in err
