# SPDX-License-Identifier: Apache-2.0
"""Names of TYPEs."""

import hypothesis
import hypothesis.strategies as st
import pytest

from resmgr.config import types


@pytest.mark.parametrize(
    ("name", "config_map"),
    [
        ("default", "cri-resmgr-config.default"),
        ("fallback", "cri-resmgr-config.fallback"),
        ("force", "cri-resmgr-config.force"),
        ("EXTRA_OPTIONS", "cri-resmgr-config.extra-options"),
        ("node.shoot--a--b-worker-1", "cri-resmgr-config.node.shoot--a--b-worker-1"),
        ("node.ip-10-0-0-1.eu.example.com", "cri-resmgr-config.node.ip-10-0-0-1.eu.example.com"),
        ("node." + "a" * 230, "cri-resmgr-config.node." + "a" * 230),
        ("group.gold", "cri-resmgr-config.group.gold"),
        ("group.a.b", "cri-resmgr-config.group.a.b"),
    ],
)
def test_known_types_and_their_config_maps(name: str, config_map: str) -> None:
    """Each becomes an object with a valid name."""
    assert types.check(name, "configs") == []
    assert types.config_map(name) == config_map
    assert len(config_map) <= 253


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Default", "did you mean default"),
        ("defauxt", "did you mean default"),
        ("extra-options", "did you mean EXTRA_OPTIONS"),
        ("node", "did you mean node.<NODE>"),
        ("group", "did you mean group.<GROUP>"),
        ("nodes.a", "did you mean node.a"),
        ("Group.a", "did you mean group.a"),
        ("policy", "known: default, fallback, force, EXTRA_OPTIONS, node.<NODE>, group.<GROUP>"),
    ],
)
def test_unknown_types_name_the_nearest(name: str, hint: str) -> None:
    """Or all, when none is near."""
    (found,) = types.check(name, "configs")

    assert (found.path, found.message, found.hint) == ("configs", "unknown TYPE", hint)


@pytest.mark.parametrize(
    "name",
    [
        "node.",
        "node.A",
        "node.a_b",
        "node.-a",
        "node.a..b",
        "node.a/b",
        "node.../etc",
        "node.a b",
        "node.$(id)",
        "node.a\n",
        "node." + "a" * 231,
    ],
)
def test_node_names_are_dns_subdomains(name: str) -> None:
    """And short enough for the name of the ConfigMap."""
    (found,) = types.check(name, "configs")

    assert "node" in found.message


@pytest.mark.parametrize(
    "name", ["group.", "group.a/b", "group.-a", "group.a b", "group." + "a" * 64]
)
def test_groups_are_label_values(name: str) -> None:
    """Else no node can be in them."""
    (found,) = types.check(name, "configs")

    assert "is not the value of a label" in found.message


@pytest.mark.parametrize("name", ["group.Gold", "group.a_b", "group.a..b", "group.a.-b"])
def test_groups_that_give_no_object_name_say_so(name: str) -> None:
    """Labels may have upper case and underscores, ConfigMaps may not."""
    (found,) = types.check(name, "configs")

    assert "gives no valid name of a ConfigMap" in found.message


def test_group_of_a_type() -> None:
    """Only TYPEs of groups have one."""
    assert types.group("group.a.b") == "a.b"
    assert types.group("default") is None


@hypothesis.settings(deadline=None)
@hypothesis.given(st.text() | st.text().map("node.".__add__) | st.text().map("group.".__add__))
def test_any_name_is_judged(name: str) -> None:
    """At most one problem, and nothing raises."""
    assert len(types.check(name, "configs")) <= 1
