# SPDX-License-Identifier: Apache-2.0
"""Places of runs: one owner each, and nothing in common."""

import os
from pathlib import Path

import pytest
from ground import network, places


def test_each_run_has_a_place_of_its_own(tmp_path: Path) -> None:
    """Who comes while another runs gets the next place."""
    first, second = places.take(root=tmp_path), places.take(root=tmp_path)
    numbers = first.place.number, second.place.number
    first.release()
    second.release()

    assert numbers == (0, 1)


def test_a_place_can_be_had_again(tmp_path: Path) -> None:
    """What is released is free."""
    places.take(root=tmp_path).release()
    again = places.take(root=tmp_path)
    again.release()

    assert again.place.number == 0


def test_a_place_that_is_taken_names_its_owner(tmp_path: Path) -> None:
    """The error tells the process that has the place."""
    owner = places.take(root=tmp_path, number=3)
    with pytest.raises(places.NoPlace, match=str(os.getpid())):
        places.take(root=tmp_path, number=3)
    owner.release()


def test_places_have_no_address_in_common() -> None:
    """Nodes, pods and bridges of any two places differ."""
    every = [places.Place(number) for number in range(places.PLACES)]
    nodes = range(1, places.NODES + 1)
    addresses = [each.address(node) for each in every for node in nodes]
    addresses += [each.gateway for each in every]
    pods = [each.pods(node) for each in every for node in nodes]

    assert len(set(addresses)) == len(addresses)
    assert len(set(pods)) == len(pods)


def test_names_of_interfaces_fit() -> None:
    """The kernel takes fifteen letters, and systemd-nspawn would change a longer name."""
    place = places.Place(places.PLACES - 1)

    assert len(network.cable(f"{place.prefix}node-16")) <= 15


@pytest.mark.parametrize("node", [0, places.NODES + 1])
def test_nodes_beyond_a_place_are_refused(node: int) -> None:
    """A place has room for so many nodes."""
    with pytest.raises(ValueError, match="cannot number a node"):
        places.Place(0).pods(node)
