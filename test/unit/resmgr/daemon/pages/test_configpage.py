# SPDX-License-Identifier: Apache-2.0
"""The page of the configuration."""

import json

import pytest

from resmgr.daemon.configuring import active, sources
from resmgr.daemon.configuring.active import Active, Refused
from resmgr.daemon.configuring.configuration import Judge
from resmgr.daemon.configuring.sources import Origin
from resmgr.daemon.pages import configpage

JUDGE = Judge(("static",), {"dump": {"Debug": True}})
TEXT = "policy: {Active: static, ReservedResources: {CPU: 1}}"
ACTIVE = Active(JUDGE.of_text(TEXT), Origin.KEPT, "", 2.0, 3)
LAYERS = sources.in_order(JUDGE, forced="", fallback="/etc/f.cfg", kept={})


def test_modules_and_layers_are_told() -> None:
    """Those that count and those that would if they did not."""
    found = json.loads(configpage.page(ACTIVE, None, LAYERS, {}).body)

    assert found["modules"]["policy"] == {
        "data": {"Active": "static", "ReservedResources": {"CPU": 1}},
        "from": ["configuration that the node agent gave last"],
    }
    assert (found["generation"], found["since"]) == (3, "1970-01-01T00:00:02.000Z")
    assert found["layers"] == [
        {"origin": "forced configuration", "name": "", "state": "not there"},
        {"origin": "configuration of the node agent", "name": "", "state": "not there"},
        {
            "origin": "configuration that the node agent gave last",
            "name": "",
            "state": "counts",
        },
        {"origin": "fallback configuration", "name": "/etc/f.cfg", "state": "not used"},
        {"origin": active.BELOW, "name": "", "state": "counts below"},
    ]


def test_what_was_refused_is_told() -> None:
    """With why."""
    refused = Refused(Origin.AGENT, "", 0.0, "bad")

    assert configpage.document(ACTIVE, refused, LAYERS)["refused"] == {
        "origin": "configuration of the node agent",
        "text": "bad",
    }


def test_the_yaml_is_a_configuration_file() -> None:
    """One that means the same."""
    page = configpage.page(ACTIVE, None, LAYERS, {"format": "yaml"})
    again = Judge(("static",), {}).of_text(page.body.decode())

    assert page.content_type == "application/yaml"
    assert page.body.startswith(b"# configuration that the node agent gave last, generation 3\n")
    assert again.settings == ACTIVE.judged.settings


@pytest.mark.parametrize("name", ["xml", ""])
def test_other_formats_are_refused(name: str) -> None:
    """With those that there are."""
    page = configpage.page(ACTIVE, None, LAYERS, {"format": name})

    assert (page.status, b"json and yaml" in page.body) == (400, True)
