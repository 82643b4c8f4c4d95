# SPDX-License-Identifier: Apache-2.0
"""The servers are real, keep their data over a restart, and leave nothing behind."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from garden import audit, processes, servers
from garden.ground import Ground

from controller import kube

pytestmark = pytest.mark.integration


async def test_restart_keeps_port_data_and_tokens() -> None:
    """An API server that is killed and started again has its objects at its old address."""
    server = servers.Server("restarted")
    await server.start()
    try:
        async with server.client() as client:
            namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kept"}}
            await client.create("/api/v1/namespaces", namespace)
            await server.stop_api_server(kill=True)
            with pytest.raises(kube.Unavailable):
                await client.get("/api/v1/namespaces/kept")
            await server.start_api_server()
            kept = await client.get("/api/v1/namespaces/kept")
        folder = server.folder
    finally:
        server.stop()

    assert kept["metadata"]["name"] == "kept"
    assert not folder.exists()


async def test_audit_log_names_users(bare_ground: Ground) -> None:
    """Reads and writes of one user since a point in time are counted from the server's log."""
    log = bare_ground.seed_server.audit_log
    offset = audit.size(log)
    path = "/api/v1/namespaces/default/configmaps"
    config_map = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"generateName": "a-"}}
    made = await bare_ground.seed.create(path, config_map)
    await bare_ground.seed.get(f"{path}/{made['metadata']['name']}")
    answered = await audit.answered(log, audit.Mark(offset, ""))
    requests = [
        request for request in audit.by_user(answered, "admin") if request.resource == "configmaps"
    ]

    assert audit.count(requests) == {("create", "configmaps"): 1, ("get", "configmaps"): 1}
    assert audit.writes_by_namespace(requests) == {"default": 1}


def test_next_run_ends_what_a_killed_run_left(tmp_path: Path) -> None:
    """The processes of a run that was killed are ended, its folder is removed."""
    script = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from garden import processes\n"
        "run = processes.Run('killed', root=Path(sys.argv[1]))\n"
        "child = run.start(['sleep', '600'], log=run.folder / 'log')\n"
        "print(child.pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    killed = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    orphan = Path(f"/proc/{int(killed.stdout)}/cmdline")
    alive_before = b"sleep" in orphan.read_bytes()
    run = processes.Run("next", root=tmp_path)
    folders = [folder for folder in tmp_path.iterdir() if folder.is_dir()]
    run.close()

    assert alive_before
    assert not orphan.exists() or not orphan.read_bytes()
    assert folders == [run.folder]
