# SPDX-License-Identifier: Apache-2.0
"""The operator's configs: checked before they count, the last good ones in force."""

import asyncio
import itertools
import logging
from typing import Any

import pytest
from unit.controller import api_server, virtual_time

from controller import kube, names, operator_configs
from controller.kube import paths
from resmgr.config import problem

GOOD = {"default": "policy:\n  Active: none\n"}
WRONG = {"default": "policy:\n  Actve: none\n", "dfault": "a: b"}
PATH = f"{paths.config_maps('ext')}/{names.OPERATOR_CONFIGS}"


@pytest.fixture
def configs() -> operator_configs.OperatorConfigs:
    """Give a holder with nothing in force."""
    return operator_configs.OperatorConfigs()


def test_good_configs_are_in_force_at_once(configs: operator_configs.OperatorConfigs) -> None:
    """Without a restart."""
    before = configs.checksum

    assert configs.accept(GOOD)
    assert configs.texts() == GOOD
    assert configs.checksum != before
    assert configs.valid


def test_the_same_configs_are_no_change(configs: operator_configs.OperatorConfigs) -> None:
    """Whatever else has changed on the ConfigMap."""
    configs.accept(GOOD)

    assert not configs.accept(dict(GOOD))
    assert not operator_configs.OperatorConfigs().accept({})


def test_wrong_ones_are_refused_with_everything_that_is_wrong(
    configs: operator_configs.OperatorConfigs,
) -> None:
    """At start a person is looking: source, paths and the nearest known words."""
    with pytest.raises(problem.ConfigProblems) as caught:
        configs.accept(WRONG)

    message = str(caught.value)
    assert names.OPERATOR_CONFIGS in message
    assert "Actve" in message
    assert "Active" in message
    assert "dfault" in message
    assert "default" in message


def test_later_wrong_ones_leave_the_earlier_in_force(
    configs: operator_configs.OperatorConfigs, caplog: pytest.LogCaptureFixture
) -> None:
    """They are reported, and the holder says that it is not as the operator wants it."""
    configs.accept(GOOD)
    checksum = configs.checksum

    with caplog.at_level(logging.ERROR):
        changed = configs.offer(WRONG)

    assert not changed
    assert configs.texts() == GOOD
    assert configs.checksum == checksum
    assert not configs.valid
    assert "Actve" in caplog.text


def test_good_ones_after_wrong_ones_are_in_force(
    configs: operator_configs.OperatorConfigs,
) -> None:
    """And all is well again."""
    configs.offer(WRONG)

    assert configs.offer(GOOD)
    assert configs.valid


def test_withdrawn_configs_are_a_change(configs: operator_configs.OperatorConfigs) -> None:
    """An empty ConfigMap counts as much as a full one."""
    configs.accept(GOOD)

    assert configs.offer({})
    assert configs.texts() == {}


def test_the_checksum_does_not_depend_on_the_order() -> None:
    """It stands on ManagedResources, and a restart must not make a difference (MR-2)."""
    one = operator_configs.checksum({"a": "1", "b": "2"})

    assert one == operator_configs.checksum({"b": "2", "a": "1"})
    assert one != operator_configs.checksum({"a": "2", "b": "1"})


async def test_the_config_map_is_read(client: kube.Client, server: api_server.ApiServer) -> None:
    """Its data, one key a TYPE."""
    server.put(PATH, {"data": GOOD})

    assert await operator_configs.read(client, "ext") == GOOD


@pytest.mark.parametrize("raw", [None, {}, {"data": None}])
async def test_no_config_map_counts_as_an_empty_one(
    client: kube.Client, server: api_server.ApiServer, raw: api_server.Object | None
) -> None:
    """An operator needs none."""
    if raw is not None:
        server.put(PATH, raw)

    assert await operator_configs.read(client, "ext") == {}


async def test_a_server_that_refuses_is_an_error(
    client: kube.Client, server: api_server.ApiServer
) -> None:
    """It must not look like an empty one: every shoot would lose its configs."""
    server.refuse("GET", PATH, 403)

    with pytest.raises(kube.Forbidden):
        await operator_configs.read(client, "ext")


class Flaky:
    """A server that does not answer so many times."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.asked_at: list[float] = []

    async def get(self, path: str) -> dict[str, Any]:
        """Read the ConfigMap, or not."""
        assert path == PATH
        self.asked_at.append(asyncio.get_running_loop().time())
        if len(self.asked_at) <= self.failures:
            raise kube.Unavailable(0, "NoConnection", "cannot connect")
        return {"data": GOOD}


def test_an_api_server_that_is_away_is_waited_for() -> None:
    """With growing pauses: neither a crash loop nor a storm."""

    async def scene() -> tuple[Flaky, Any]:
        flaky = Flaky(failures=8)
        rng = virtual_time.clocks().rng
        return flaky, await operator_configs.read_patiently(flaky, "ext", rng)

    flaky, data = virtual_time.run(scene())

    pauses = [after - before for before, after in itertools.pairwise(flaky.asked_at)]
    assert data == GOOD
    assert len(pauses) == 8
    assert 0 < pauses[0] <= operator_configs.FIRST_PAUSE
    assert max(pauses) <= operator_configs.LONGEST_PAUSE
    assert pauses[-1] > operator_configs.LONGEST_PAUSE / 2 - 0.01
