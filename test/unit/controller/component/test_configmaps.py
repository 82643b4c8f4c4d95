# SPDX-License-Identifier: Apache-2.0
"""ConfigMaps of the shoot: names and data keys that agents and pods look for."""

import pytest
import yaml

from controller.component import configmaps

DOCUMENT = "policy: {Active: topology-aware}\nlogger:\n  Debug: cache # why not\n"


def test_documents_for_the_agent_are_split_by_module() -> None:
    """default, group.* and node.* have one data key for each top-level module, its YAML in it."""
    found = configmaps.build(
        {"default": DOCUMENT, "group.a.b": "logger: {}", "node.n1.example": DOCUMENT}
    )

    data = {
        item.name: {key: yaml.safe_load(text) for key, text in item.data.items()} for item in found
    }
    modules = {"policy": {"Active": "topology-aware"}, "logger": {"Debug": "cache"}}
    assert data == {
        "cri-resmgr-config.default": modules,
        "cri-resmgr-config.group.a.b": {"logger": {}},
        "cri-resmgr-config.node.n1.example": modules,
    }


def test_files_for_the_daemon_keep_their_text() -> None:
    """fallback, force and EXTRA_OPTIONS are mounted as files, byte for byte."""
    options = 'EXTRA_OPTIONS="--metrics-interval=5s"'

    found = configmaps.build({"fallback": DOCUMENT, "force": DOCUMENT, "EXTRA_OPTIONS": options})

    assert {item.name: item.data for item in found} == {
        "cri-resmgr-config.extra-options": {"EXTRA_OPTIONS.cfg": options},
        "cri-resmgr-config.fallback": {"fallback.cfg": DOCUMENT},
        "cri-resmgr-config.force": {"force.cfg": DOCUMENT},
    }


@pytest.mark.parametrize("text", ["", "  \n"])
def test_an_empty_text_is_no_config_map(text: str) -> None:
    """It removes what an operator gave, and an empty configuration is never pushed by accident."""
    assert configmaps.build({"default": text, "fallback": text}) == []


@pytest.mark.parametrize("kind", ["other", "node.../../x", "group.A_b", "node." + "a" * 250, ""])
def test_a_type_that_gives_no_object_name_is_refused(kind: str) -> None:
    """The last line of defence: names also become file names when manifests are written out."""
    with pytest.raises(ValueError, match="cannot make a ConfigMap"):
        configmaps.build({kind: "logger: {}"})


def test_a_text_that_was_not_judged_is_refused() -> None:
    """What is no configuration gets no ConfigMap."""
    with pytest.raises(ValueError, match="cannot split"):
        configmaps.build({"default": "plicy: {}"})


def test_the_checksum_sees_mounted_texts_only() -> None:
    """It changes with each mounted text and place, and with nothing else."""
    base = {"fallback": "a", "force": "b", "default": "c"}

    checksums = [
        configmaps.static_checksum(configs)
        for configs in (
            base,
            {**base, "fallback": "x"},
            {**base, "fallback": "b", "force": "a"},
            {"fallback": "ab"},
            {"force": "ab"},
            {**base, "EXTRA_OPTIONS": "a"},
            {},
        )
    ]

    assert len(set(checksums)) == len(checksums)
    assert configmaps.static_checksum({**base, "default": "x", "node.n": "y"}) == checksums[0]
