# SPDX-License-Identifier: Apache-2.0
"""ConfigMaps of ours are judged as nodes and seeds judge them."""

import pytest
from unit.webhook import requests

from webhook import configmap, review


def judge(given: requests.Object, name: str = "") -> review.Verdict:
    """Judge a ConfigMap."""
    return configmap.judge(
        review.Request("u", "", "v1", "configmaps", "", "CREATE", "kube-system", name, given)
    )


@pytest.mark.parametrize("ending", ["default", "group.fast", "node.node-1.example"])
def test_a_right_configuration_is_stored(ending: str) -> None:
    """One key a module."""
    given = requests.config_map(f"cri-resmgr-config.{ending}", policy="Active: none\n")

    verdict = judge(given)

    assert (verdict.allowed, verdict.message, list(verdict.warnings)) == (True, "", [])


def test_other_config_maps_are_none_of_our_business() -> None:
    """Whatever they hold."""
    assert judge(requests.config_map("coredns", policy="Actve: x")).allowed


def test_all_that_is_wrong_is_told_at_once() -> None:
    """With paths, and what may be meant."""
    given = requests.config_map(
        "cri-resmgr-config.default", policy="Actve: none\n", logger="Debug: [", polcy="{}"
    )
    message = judge(given).message

    assert message.startswith("cannot use ConfigMap cri-resmgr-config.default: data.logger: ")


def test_an_unknown_key_names_the_nearest() -> None:
    """As everywhere."""
    given = requests.config_map("cri-resmgr-config.default", policy="Actve: none\n", polcy="{}")
    message = judge(given).message

    assert "data.policy.Actve: unknown key, did you mean Active" in message
    assert "data.polcy: " in message


def test_doubts_are_warnings() -> None:
    """A node may know better."""
    given = requests.config_map("cri-resmgr-config.default", policy="Active: static\n")
    verdict = judge(given)

    assert verdict.allowed
    assert "ReservedResources" in verdict.warnings[0]


def test_an_unknown_type_is_refused() -> None:
    """Nobody would read it."""
    message = judge(requests.config_map("cri-resmgr-config.defualt", policy="")).message

    assert "did you mean default" in message


@pytest.mark.parametrize(
    ("ending", "key", "good", "bad"),
    [
        ("fallback", "fallback.cfg", "policy: {Active: none}", "policy: {Actve: none}"),
        ("force", "force.cfg", "policy: {Active: none}", "policy: ["),
        (
            "extra-options",
            "EXTRA_OPTIONS.cfg",
            'EXTRA_OPTIONS="--disable-ui"',
            'EXTRA_OPTIONS="$(rm)"',
        ),
    ],
)
def test_files_have_one_key(ending: str, key: str, good: str, bad: str) -> None:
    """With a document, or with a line of options, that is judged like every other."""
    name = f"cri-resmgr-config.{ending}"

    assert judge(requests.config_map(name, **{key: good})).allowed
    assert f"data.{key}" in judge(requests.config_map(name, **{key: bad})).message
    assert f"key {key} is missing" in judge(requests.config_map(name)).message
    assert "it is not read" in judge(requests.config_map(name, **{key: good, "x": ""})).message


def test_the_name_of_the_request_counts() -> None:
    """An update has it there."""
    given = requests.config_map("ignored", polcy="{}")

    assert not judge(given, "cri-resmgr-config.default").allowed


@pytest.mark.parametrize(
    "given",
    [
        {"metadata": {"name": "cri-resmgr-config.default"}, "data": []},
        {"metadata": {"name": "cri-resmgr-config.default"}, "binaryData": {"policy": "e30="}},
        requests.config_map("cri-resmgr-config.default", **{f"k{n}": "" for n in range(100)}),
        requests.config_map("cri-resmgr-config.default", policy="x" * 1_000_000),
    ],
)
def test_what_nobody_writes_is_refused(given: requests.Object) -> None:
    """Within bounds: a ConfigMap may have a megabyte."""
    verdict = judge(given)

    assert not verdict.allowed
    assert len(verdict.message) < 2000
