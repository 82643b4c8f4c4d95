# SPDX-License-Identifier: Apache-2.0
"""Which ConfigMap counts: the table of precedence, and what is not concluded."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core import layers
from agent.core.layers import ConfigMap, Known, Layer, Level, Nothing

NAMES = layers.Names("base", "n.example.com")
OWN, GROUP, DEFAULT = "base.node.n.example.com", "base.group.g", "base.default"


def there(name: str) -> ConfigMap:
    """A ConfigMap with data."""
    return ConfigMap(name, "1", {"policy": "Active: none"})


@pytest.mark.parametrize("group", ["", "g"])
@pytest.mark.parametrize(
    ("own", "of_group", "default"), list(itertools.product([False, True], repeat=3))
)
def test_the_table_of_precedence(*, group: str, own: bool, of_group: bool, default: bool) -> None:
    """Node before group before default; a group that has none, and no group, get the default."""
    found = {
        OWN: there(OWN) if own else None,
        GROUP: there(GROUP) if of_group else None,
        DEFAULT: there(DEFAULT) if default else None,
    }
    choice = layers.choose(Known(group, found), NAMES)

    if own:
        assert choice == Layer(Level.NODE, there(OWN))
    elif group and of_group:
        assert choice == Layer(Level.GROUP, there(GROUP))
    elif default:
        assert choice == Layer(Level.DEFAULT, there(DEFAULT))
    else:
        assert choice is Nothing.MISSING


STATES = st.sampled_from(["unknown", "missing", "empty", "there"])


@given(st.sampled_from([None, "", "g"]), STATES, STATES, STATES)
def test_nothing_is_concluded_from_what_is_not_known(
    group: str | None, own: str, of_group: str, default: str
) -> None:
    """A level below counts only when all above are known to have nothing."""
    found: dict[str, ConfigMap | None] = {}
    for name, state in ((OWN, own), (GROUP, of_group), (DEFAULT, default)):
        if state != "unknown":
            empty = ConfigMap(name, "1", {})
            found[name] = {"missing": None, "empty": empty, "there": there(name)}[state]
    choice = layers.choose(Known(group, found), NAMES)

    above = [own, "missing" if group == "" else ("unknown" if group is None else of_group)]
    states = [*above, default]
    first = next((one for one in states if one in {"unknown", "there"}), "missing")
    if first == "unknown":
        assert choice is Nothing.UNKNOWN
    elif first == "missing":
        assert choice is Nothing.MISSING
    else:
        assert isinstance(choice, Layer)
        assert choice.config_map.data


def test_what_is_followed() -> None:
    """The group's ConfigMap only where the Node has a group."""
    assert layers.wanted_names(None, NAMES) == {OWN, DEFAULT}
    assert layers.wanted_names("", NAMES) == {OWN, DEFAULT}
    assert layers.wanted_names("g", NAMES) == {OWN, GROUP, DEFAULT}


def test_what_counts_of_an_object() -> None:
    """Binary data does not."""
    metadata = {"name": DEFAULT, "resourceVersion": "7"}
    obj = {"metadata": metadata, "data": {"a": "b"}, "binaryData": {"c": "AA=="}}

    assert layers.read(obj) == ConfigMap(DEFAULT, "7", {"a": "b"})
    assert layers.read({"metadata": metadata}).data == {}


def test_an_empty_configuration_is_never_an_instruction() -> None:
    """It is taken, dropped, or nothing is done."""
    layer = Layer(Level.NODE, there(OWN))

    assert layers.instruction(layer) == layers.Take(there(OWN).data)
    assert layers.instruction(Nothing.MISSING) == layers.Drop()
    assert layers.instruction(Nothing.UNKNOWN) is None
