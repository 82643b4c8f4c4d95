# SPDX-License-Identifier: Apache-2.0
"""What a shoot owner may write that cannot be used (Annex B, case 5; configs)."""

from typing import Any

import pytest
from garden import ready
from garden.stage import Stage, operation, status

from controller import kube, names

pytestmark = [
    pytest.mark.integration,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.usefixtures("running"),
]

CURRENT = {
    "apiVersion": "cri-resmgr.extensions.gardener.cloud/v1alpha1",
    "kind": "CriResmgrConfig",
}
PATH = "spec.extensions[0].providerConfig"
BOMB = "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9) if i else 1}]\n" for i in range(12))

CASES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "configs of another type": ({"configs": []}, ["configs"]),
    "text of another type": ({"configs": {"default": 1}}, ["configs.default"]),
    "unknown key": ({"nodeSelectors": {}}, ["nodeSelectors", "nodeSelector"]),
    "unknown key of the current form": ({**CURRENT, "config": {}}, ["config", "configs"]),
    "another version": ({**CURRENT, "apiVersion": "x/v1"}, ["apiVersion"]),
    "another kind": ({**CURRENT, "kind": "Other"}, ["kind"]),
    "unknown TYPE": ({"configs": {"defualt": ""}}, ["configs.defualt", "default"]),
    "no node name": ({"configs": {"node.a b": ""}}, ["configs", "node.a b"]),
    "node name with a path": ({"configs": {"node.../../etc": ""}}, ["configs"]),
    "group name with a shell": ({"configs": {"group.$(reboot)": ""}}, ["configs"]),
    "option with a shell": ({"configs": {"EXTRA_OPTIONS": "--x; reboot"}}, ["EXTRA_OPTIONS"]),
    "option that is not ours": (
        {"configs": {"EXTRA_OPTIONS": "--relay-socket /etc/passwd"}},
        ["EXTRA_OPTIONS"],
    ),
    "no YAML": ({"configs": {"default": "policy: ["}}, ["configs.default"]),
    "unknown module": ({"configs": {"default": "polisy: {}"}}, ["configs.default", "policy"]),
    "bomb": ({"configs": {"default": BOMB}}, ["configs.default"]),
    "deep nesting": ({"configs": {"default": "[" * 5000}}, ["configs.default"]),
    "a megabyte": ({"configs": {"default": "# " + "x" * 1_000_000}}, ["configs"]),
    "label with a line break": ({"nodeSelector": {"a": "b\nc"}}, ["nodeSelector"]),
    "unknown pool": ({**CURRENT, "workerPools": ["wroker"]}, ["workerPools", "worker"]),
    "rollout of more than all": (
        {**CURRENT, "rollout": {"maxUnavailable": "200%"}},
        ["rollout.maxUnavailable"],
    ),
}


@pytest.mark.parametrize("case", CASES)
async def test_is_refused(seen: Stage, case: str) -> None:
    """The owner is told what and where, with the code that makes gardenlet stop retrying (2.2)."""
    config, words = CASES[case]
    shoot = await seen.prepare()

    with pytest.raises(ready.ExtensionFailed) as caught:
        await seen.gardenlet.enable(shoot, config)

    assert caught.value.codes == ("ERR_CONFIGURATION_PROBLEM",)
    assert PATH in str(caught.value)
    assert [word for word in words if word not in str(caught.value)] == []


async def test_all_at_once(seen: Stage) -> None:
    """Several errors are named together, each with its path."""
    shoot = await seen.prepare()
    config = {
        **CURRENT,
        "configs": {"defualt": "", "default": "polisy: {}"},
        "nodeSelector": {"a": 1},
        "workerPools": ["nowhere"],
        "rollout": {"paused": "yes"},
    }

    with pytest.raises(ready.ExtensionFailed) as caught:
        await seen.gardenlet.enable(shoot, config)

    places = ("configs.defualt", "configs.default.polisy", "nodeSelector", "workerPools", "paused")
    assert [place for place in places if place not in str(caught.value)] == []


async def test_status_answers_the_generation(seen: Stage) -> None:
    """The error is one about this generation, the annotation is gone (2.4, 2.5)."""
    shoot = await seen.enabled()
    await seen.gardenlet.deploy(shoot, {"nonsense": 1})

    obj = await seen.until_state(shoot, "Reconcile", "Error")

    assert obj["status"]["observedGeneration"] == obj["metadata"]["generation"] == 2
    assert names.OPERATION_ANNOTATION not in obj["metadata"]["annotations"]
    assert obj["status"]["lastOperation"]["progress"] == 50


async def test_what_is_in_use_stays(seen: Stage) -> None:
    """The ManagedResource of before is not touched by a configuration that cannot be used."""
    shoot = await seen.enabled()
    await seen.healthy(shoot)
    before = await seen.managed(shoot)

    await seen.gardenlet.deploy(shoot, {"nonsense": 1})
    await seen.until_state(shoot, "Reconcile", "Error")

    assert before is not None
    assert await seen.managed(shoot) == before


async def test_nothing_is_made(seen: Stage) -> None:
    """A create with a configuration that cannot be used makes nothing at all."""
    shoot = await seen.prepare()
    await seen.gardenlet.deploy(shoot, {"nonsense": 1})

    await seen.until_state(shoot, "Create", "Error")

    assert await seen.left(shoot) == {names.EXTENSION_TYPE}


async def test_is_not_tried_again(seen: Stage) -> None:
    """Only the owner can mend it, so nothing is written until somebody asks."""
    shoot = await seen.prepare()
    await seen.gardenlet.deploy(shoot, {"nonsense": 1})
    await seen.until_state(shoot, "Create", "Error")
    await seen.until(shoot, lambda obj: status(obj) == "False", "to be called unhealthy")
    mark = await seen.marked()

    await seen.fence()

    assert await seen.writes(mark, shoot) == []


async def test_correction_ends_it(seen: Stage) -> None:
    """With a configuration that can be used the same operation ends well, without an error."""
    shoot = await seen.prepare()
    await seen.gardenlet.deploy(shoot, {"nonsense": 1})
    await seen.until_state(shoot, "Create", "Error")

    obj = await seen.gardenlet.enable(shoot, {})

    assert operation(obj) == ("Create", "Succeeded")
    assert "lastError" not in obj["status"]


async def test_a_bad_object_can_be_deleted(seen: Stage) -> None:
    """A configuration that cannot be used does not stand in the way of a deletion."""
    shoot = await seen.enabled()
    await seen.gardenlet.deploy(shoot, {"nonsense": 1})
    await seen.until_state(shoot, "Reconcile", "Error")

    await seen.gardenlet.disable(shoot)

    assert await seen.left(shoot) == set()


@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")
async def test_too_much_for_the_api_server(seen: Stage) -> None:
    """5 MB do not get as far as the controller: the API server refuses them."""
    shoot = await seen.prepare()

    with pytest.raises(kube.ApiError):
        await seen.gardenlet.deploy(shoot, {"configs": {"default": "x" * 5_000_000}})
