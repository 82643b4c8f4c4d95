# SPDX-License-Identifier: Apache-2.0
"""The webhook as a process, and its chart's configurations on a real API server."""

import asyncio
import base64
import contextlib
import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest_asyncio
import yaml
from garden import servers

from controller import kube

ROOT = Path(__file__).resolve().parents[3]
NAMESPACE = "cri-resmgr"
CONFIGURATIONS = "/apis/admissionregistration.k8s.io/v1"
PLURALS = {
    "MutatingWebhookConfiguration": f"{CONFIGURATIONS}/mutatingwebhookconfigurations",
    "ValidatingWebhookConfiguration": f"{CONFIGURATIONS}/validatingwebhookconfigurations",
}
_LISTENING = re.compile(r"Listening on port (\d+)")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API server answered: status, object, and its warnings."""

    status: int
    object: dict[str, Any]
    warnings: tuple[str, ...]


class Cluster:
    """An API server that asks the webhook."""

    def __init__(self, server: servers.Server) -> None:
        self._server = server
        self.process: asyncio.subprocess.Process | None = None

    async def create(self, path: str, given: dict[str, Any]) -> Answer:
        """Create an object."""
        connection = self._server.connection()
        headers = {"Authorization": f"Bearer {connection.token}"}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.post(f"{connection.server}{path}", json=given, ssl=False) as response,
        ):
            # 299 - "text": the text is quoted as in a header.
            told = [one.split(" ", 2)[2] for one in response.headers.getall("Warning", [])]
            return Answer(
                response.status, await response.json(), tuple(json.loads(one) for one in told)
            )

    async def end(self) -> None:
        """End the webhook; the API server goes on asking for it."""
        if self.process is not None:
            self.process.terminate()
            await self.process.communicate()
            self.process = None


def _rendered() -> list[dict[str, Any]]:
    """Render the chart as it is shipped."""
    programs = [str(ROOT / "hacks" / "programs"), "helm"]
    folder = subprocess.run(programs, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    chart = str(ROOT / "charts" / "cri-resmgr-webhook")
    command = [f"{folder}/helm", "template", "w", chart, "--namespace", NAMESPACE]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return [one for one in yaml.safe_load_all(done.stdout) if one]


async def _started(folder: Path, secret: dict[str, Any]) -> tuple[asyncio.subprocess.Process, int]:
    for name, value in secret["data"].items():
        (folder / name).write_bytes(base64.b64decode(value))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "import webhook.cli; raise SystemExit(webhook.cli.main())"),
        *(
            "-port",
            "0",
            "-cert-file",
            str(folder / "svc.crt"),
            "-key-file",
            str(folder / "svc.key"),
        ),
        cwd=ROOT,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    async with asyncio.timeout(30):
        while line := (await process.stderr.readline()).decode():
            if found := _LISTENING.search(line):
                return process, int(found[1])
    raise AssertionError("the webhook has ended")


@pytest_asyncio.fixture
async def cluster(shoot_server: servers.Server, tmp_path: Path) -> AsyncIterator[Cluster]:
    """An API server with the chart's configurations, and the webhook at work behind them.

    There is no network of services here: the Service leads to this machine by its name.
    """
    made = _rendered()
    made_cluster = Cluster(shoot_server)
    secret = next(one for one in made if one["kind"] == "Secret")
    async with shoot_server.client() as client, contextlib.AsyncExitStack() as at_the_end:
        at_the_end.push_async_callback(_clean, client)
        at_the_end.push_async_callback(made_cluster.end)
        made_cluster.process, port = await _started(tmp_path, secret)
        await _install(client, made, port)
        await _in_force(made_cluster)
        yield made_cluster


async def _install(client: kube.Client, made: list[dict[str, Any]], port: int) -> None:
    """Bring the chart's Service and configurations to the API server."""
    await _clean(client)
    for name in (NAMESPACE, "tenant"):
        with contextlib.suppress(kube.AlreadyExists):
            await client.create("/api/v1/namespaces", {"metadata": {"name": name}})
    service = next(one for one in made if one["kind"] == "Service")
    service["spec"] = {"type": "ExternalName", "externalName": "127.0.0.1"}
    await client.create(f"/api/v1/namespaces/{NAMESPACE}/services", service)
    for one in made:
        if one["kind"] in PLURALS:
            for hook in one["webhooks"]:
                hook["clientConfig"]["service"]["port"] = port
            await client.create(PLURALS[one["kind"]], one)


async def _in_force(cluster: Cluster) -> None:
    """Wait until the API server asks for pods and for ConfigMaps.

    It hears of configurations, and of the Service, by watches: a little after they were stored.
    """
    pod = {
        "metadata": {"name": "asks-first"},
        "spec": {"containers": [{"name": "c", "image": "none"}]},
    }
    config_map = {"metadata": {"name": "cri-resmgr-config.default"}, "data": {"odd": "x"}}

    async def asks() -> bool:
        annotated = await cluster.create(_dry("tenant", "pods"), pod)
        refused = await cluster.create(_dry("kube-system", "configmaps"), config_map)
        return "annotations" in annotated.object["metadata"] and refused.status != 201

    async with asyncio.timeout(30):
        while not await asks():  # noqa: ASYNC110  # nobody tells when it has heard
            await asyncio.sleep(0.02)


def _dry(namespace: str, plural: str) -> str:
    return f"/api/v1/namespaces/{namespace}/{plural}?dryRun=All"


async def _clean(client: kube.Client) -> None:
    paths = [f"{plural}/cri-resmgr" for plural in PLURALS.values()]
    paths.append(f"/api/v1/namespaces/{NAMESPACE}/services/cri-resmgr-webhook")
    for path in paths:
        with contextlib.suppress(kube.NotFound):
            await client.delete(path)
    for namespace in ("tenant", "kube-system"):
        for plural in ("pods", "configmaps"):
            await _delete_ours(client, f"/api/v1/namespaces/{namespace}/{plural}")


async def _delete_ours(client: kube.Client, path: str) -> None:
    with contextlib.suppress(kube.NotFound):
        for one in (await client.get(path))["items"]:
            if one["metadata"]["name"].startswith(("cri-resmgr-config.", "asks-")):
                await client.delete(f"{path}/{one['metadata']['name']}?gracePeriodSeconds=0")
