# SPDX-License-Identifier: Apache-2.0
"""The operator's configs: at start, and when they change while shoots are settled (section 10)."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from garden import ground, install, replica
from garden.stage import Stage

from controller import kube, names
from controller.kube import paths

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]

PATH = f"{paths.config_maps(install.NAMESPACE)}/{names.OPERATOR_CONFIGS}"
CONFIG_MAP = f"{names.CONFIG_MAP_PREFIX}.default"


def text(cpu: str) -> str:
    """Give a configuration that differs by a number of CPUs."""
    return f"policy:\n  Active: topology-aware\n  ReservedResources:\n    CPU: {cpu}\n"


async def write(seed: kube.Client, data: dict[str, Any] | None) -> None:
    """Write the operator's ConfigMap as a change of the chart's values would; `None` removes it."""
    with contextlib.suppress(kube.NotFound):
        await seed.delete(PATH)
    if data is not None:
        config_map = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": names.OPERATOR_CONFIGS},
            "data": data,
        }
        await seed.create(paths.config_maps(install.NAMESPACE), config_map)


async def change(seed: kube.Client, data: dict[str, str | None]) -> None:
    """Change some texts of the ConfigMap; `None` removes one."""
    await seed.patch(PATH, {"data": data})


@pytest_asyncio.fixture(loop_scope="module")
async def configs(field: ground.Ground) -> AsyncIterator[kube.Client]:
    """A seed whose operator has written a text for `default`."""
    await write(field.seed, {"default": text("1")})
    yield field.seed
    await write(field.seed, None)


@pytest_asyncio.fixture(loop_scope="module")
async def own(field: ground.Ground, configs: kube.Client) -> AsyncIterator[replica.Replica]:
    """A controller that has started with these configs."""
    assert configs is field.seed
    async with replica.Replica(field.kubeconfig) as one:
        yield one


async def until_configured(seen: Stage, shoot: str, words: str) -> None:
    """Wait until a shoot's text for `default` has these words."""
    name = f"/api/v1/namespaces/kube-system/configmaps/{CONFIG_MAP}"
    resource = await seen.managed(shoot)
    while True:
        assert resource is not None
        await seen.manager.settled(shoot, names.NODE_MANAGED_RESOURCE)
        if words in str((await seen.shoot.get(name)).get("data")):
            return
        version = resource["metadata"]["generation"]
        resource = await seen.until_managed(
            shoot,
            lambda obj, version=version: obj["metadata"]["generation"] > version,  # type: ignore[misc]
            "to change",
        )


@pytest.mark.usefixtures("own")
async def test_reach_new_shoots(seen: Stage) -> None:
    """A shoot without a providerConfig has what the operator wrote."""
    shoot = await seen.enabled()

    assert "CPU: 1" in str(await seen.one(shoot, "ConfigMap", CONFIG_MAP))


@pytest.mark.usefixtures("own")
async def test_change_reaches_settled_shoots(seen: Stage, configs: kube.Client) -> None:
    """Without a restart and without anybody asking (section 10)."""
    shoot = await seen.enabled()

    await change(configs, {"default": text("2")})

    await until_configured(seen, shoot, "CPU: 2")


@pytest.mark.usefixtures("own")
async def test_change_ends_in_a_status_write(seen: Stage, configs: kube.Client) -> None:
    """The settled object says so as after a resync: Reconcile, Succeeded, nothing between."""
    shoot = await seen.enabled()
    await seen.healthy(shoot)
    mark = await seen.marked()

    await change(configs, {"default": text("2")})
    await seen.until_state(shoot, "Reconcile", "Succeeded")

    statuses = [each for each in await seen.writes(mark, shoot) if "extensions/status" in each]
    assert len(statuses) == 1


@pytest.mark.usefixtures("own")
async def test_change_leaves_unsettled_shoots(seen: Stage, configs: kube.Client) -> None:
    """A shoot with an error stays as it is until somebody asks (section 10)."""
    shoot, other = await seen.prepare(), await seen.enabled()
    await seen.gardenlet.deploy(shoot, {"nonsense": 1})
    await seen.until_state(shoot, "Create", "Error")
    await seen.until(shoot, lambda obj: bool(obj["status"].get("conditions")), "to be judged")
    mark = await seen.marked()

    await change(configs, {"default": text("2")})
    await until_configured(seen, other, "CPU: 2")

    assert await seen.writes(mark, shoot) == []


@pytest.mark.usefixtures("own")
async def test_shoots_that_withdraw_the_text_are_not_changed(
    seen: Stage, configs: kube.Client
) -> None:
    """What a shoot has withdrawn does not come back with a change (configs)."""
    shoot = await seen.enabled({"configs": {"default": None}})

    await change(configs, {"default": text("2")})
    await seen.until_state(shoot, "Reconcile", "Succeeded")

    assert "CPU" not in str(await seen.content(shoot))


async def test_wrong_change_is_not_used(
    seen: Stage, own: replica.Replica, configs: kube.Client
) -> None:
    """The last good configs stay in force, and the log and a metric say why."""
    await change(configs, {"default": "polisy: {}"})
    lines = await own.logged(level="error", logger="controller.operator-configs")
    shoot = await seen.enabled()

    assert "policy" in lines[0]["msg"]
    assert "CPU: 1" in str(await seen.one(shoot, "ConfigMap", CONFIG_MAP))
    assert await own.metric("cri_resmgr_extension_operator_configs_valid") == 0


async def test_correction_is_used(seen: Stage, own: replica.Replica, configs: kube.Client) -> None:
    """After a wrong change a right one counts, for settled shoots too."""
    shoot = await seen.enabled()
    await change(configs, {"default": "polisy: {}"})
    await own.logged(level="error", logger="controller.operator-configs")

    await change(configs, {"default": text("3")})
    await until_configured(seen, shoot, "CPU: 3")

    assert await own.metric("cri_resmgr_extension_operator_configs_valid") == 1


async def test_change_during_a_standstill(
    seen: Stage, own: replica.Replica, configs: kube.Client
) -> None:
    """What changed while no controller ran is found at the next start."""
    shoot = await seen.enabled()
    await own.stop()

    await change(configs, {"default": text("4")})
    await own.start()

    await until_configured(seen, shoot, "CPU: 4")


@pytest.mark.usefixtures("own")
async def test_removal_of_the_config_map(seen: Stage, configs: kube.Client) -> None:
    """Without a ConfigMap there are no operator configs."""
    shoot = await seen.enabled()

    await write(configs, None)
    await seen.until_state(shoot, "Reconcile", "Succeeded")

    assert "CPU: 1" not in str(await seen.content(shoot))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"defualt": ""}, ["defualt", "default"]),
        ({"default": "polisy: {}"}, ["default.polisy", "policy"]),
        ({"default": "a: &a [*a, *a]"}, ["default"]),
        ({"node.-a": ""}, ["node.-a"]),
        ({"EXTRA_OPTIONS": "--x; reboot"}, ["EXTRA_OPTIONS"]),
        ({"defualt": "", "default": "polisy: {}"}, ["defualt", "default.polisy"]),
    ],
    ids=["TYPE", "module", "bomb", "node name", "options", "two at once"],
)
async def test_wrong_at_start(field: ground.Ground, data: dict[str, str], words: list[str]) -> None:
    """A controller does not start with configs that it cannot use, and names each place."""
    await write(field.seed, data)
    one = replica.Replica(field.kubeconfig)
    try:
        await one.start(wait=False)
        status = await one.ended()
        text_of_log = one.log.read_text(encoding="utf-8")
    finally:
        await write(field.seed, None)
        await one.__aexit__(None, None, None)

    assert status == 1
    assert [word for word in words if word not in text_of_log] == []
    assert names.OPERATOR_CONFIGS in text_of_log
    assert "Traceback" not in text_of_log
