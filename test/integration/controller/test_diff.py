# SPDX-License-Identifier: Apache-2.0
"""`diff --namespace` against a seed where the controller has done its work."""

import asyncio
import pathlib
import subprocess
import sys

import pytest
from garden.stage import Stage

from controller import names
from controller.cli import program
from controller.kube import paths

pytestmark = [
    pytest.mark.integration,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.usefixtures("running"),
]

PROVIDER_CONFIG = {"configs": {"default": "policy:\n  Active: none\n"}}
OPERATOR = {"fallback": "policy:\n  Active: none\n"}


async def diff(seen: Stage, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as the administrator of the seed."""
    kubeconfig = seen.ground.seed_server.kubeconfig_file("diff")
    command = [str(pathlib.Path(sys.executable).with_name(names.EXTENSION_NAME)), "diff"]
    return await asyncio.to_thread(
        subprocess.run,
        [*command, f"--kubeconfig={kubeconfig}", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


async def test_what_the_controller_made_is_no_difference(seen: Stage) -> None:
    """The command builds what the controller builds, byte by byte of each object."""
    shoot = await seen.enabled(PROVIDER_CONFIG)

    done = await diff(seen, "--namespace", shoot)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "no difference\n")


async def test_an_extension_without_provider_config(seen: Stage) -> None:
    """The default is the same on both sides, too."""
    shoot = await seen.enabled()

    assert (await diff(seen, "--namespace", shoot)).returncode == 0


async def test_a_file_is_compared_with_the_seed(seen: Stage, tmp_path: pathlib.Path) -> None:
    """The change that it would bring, without bringing it."""
    shoot = await seen.enabled(PROVIDER_CONFIG)
    file = tmp_path / "new.yaml"
    file.write_text('configs: {default: "policy:\\n  Active: topology-aware\\n"}\n')
    before = await seen.secret(shoot)

    done = await diff(seen, str(file), "--namespace", shoot)

    lines = done.stdout.splitlines()
    assert done.returncode == program.PROBLEM
    assert "--- there: ConfigMap/cri-resmgr-config.default" in lines
    assert "-    Active: none" in lines
    assert "+    Active: topology-aware" in lines
    assert await seen.secret(shoot) == before


async def test_operator_configs_are_read_from_their_namespace(seen: Stage) -> None:
    """Those of a namespace that the controller does not read would be a change."""
    shoot = await seen.enabled(PROVIDER_CONFIG)
    path = paths.config_maps("default")
    metadata = {"name": names.OPERATOR_CONFIGS}
    await seen.seed.create(
        path, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": OPERATOR}
    )
    try:
        done = await diff(seen, "--namespace", shoot, "--operator-namespace", "default")
    finally:
        await seen.seed.delete(f"{path}/{names.OPERATOR_CONFIGS}")

    assert done.returncode == program.PROBLEM
    assert "+++ wanted: ConfigMap/cri-resmgr-config.fallback" in done.stdout.splitlines()
    assert "cri-resmgr-config.default" not in done.stdout


async def test_a_shoot_that_has_nothing_yet(seen: Stage, tmp_path: pathlib.Path) -> None:
    """Everything is added."""
    shoot = await seen.prepare()
    file = tmp_path / "new.yaml"
    file.write_text("")

    done = await diff(seen, str(file), "--namespace", shoot)

    assert done.returncode == program.PROBLEM
    assert "+++ wanted: DaemonSet/cri-resmgr-installation" in done.stdout.splitlines()
    assert "--- there: " not in done.stdout


async def test_a_shoot_that_is_not_there(seen: Stage) -> None:
    """Nothing to compare: the message names what was looked for."""
    done = await diff(seen, "--namespace", "shoot--test--nobody")

    assert done.returncode == program.UNREACHABLE
    assert "shoot--test--nobody" in done.stderr
    assert len(done.stderr.splitlines()) == 1
