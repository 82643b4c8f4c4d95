# SPDX-License-Identifier: Apache-2.0
"""What the seed chart starts is what the program understands."""

import collections.abc
import pathlib
import typing

import pytest
from unit.charts import value_sets

from controller import names
from controller.cli import completion, run

Object: typing.TypeAlias = dict[str, typing.Any]
Container: typing.TypeAlias = collections.abc.Callable[..., Object]

EVERYTHING: Object = {
    **value_sets.SEED,
    "imageVectorOverwrite": "images: []",
    "serviceAccount": {"projectToken": True},
    "controller": {"maxConcurrentReconciles": 7, "logLevel": "warning"},
}


@pytest.fixture
def container(
    render: collections.abc.Callable[..., list[Object]], find: collections.abc.Callable[..., Object]
) -> Container:
    """Give a function that renders with values and picks the container."""

    def pick(values: Object) -> Object:
        spec = find(render(values), "Deployment")["spec"]["template"]["spec"]
        return typing.cast("Object", spec["containers"][0])

    return pick


def accepted(arguments: list[str], config: pathlib.Path) -> dict[str, typing.Any]:
    """Parse the arguments of a container as the program does, with another configuration file."""
    words = [f"--config={config}" if word.startswith("--config=") else word for word in arguments]
    return run.command.make_context("run", words).params


@pytest.mark.parametrize("place", value_sets.ALL)
def test_flags(container: Container, tmp_path: pathlib.Path, place: str) -> None:
    """Every flag is one of `run`, with a value that it takes."""
    config = tmp_path / "config.yaml"
    config.touch()
    rendered = container(value_sets.ALL[place])

    params = accepted(rendered["args"], config)

    assert rendered["command"] == [completion.PROGRAM, "run"]
    assert params["config"] == config
    assert params["leader_election_id"] == names.LEADER_ELECTION_LEASE


def test_flags_of_values(container: Container, tmp_path: pathlib.Path) -> None:
    """Values arrive at the flags that they are for."""
    config = tmp_path / "config.yaml"
    config.touch()

    params = accepted(container(EVERYTHING)["args"], config)

    assert params["max_concurrent_reconciles"] == 7
    assert params["log_level"] == "warning"
    assert params["gardener_version"] == value_sets.SEED["gardener"]["version"]


def test_flags_are_written_with_their_values(container: Container) -> None:
    """`--flag=value` as one word each, as Gardener's own charts have them."""
    assert all(word.startswith("--") and "=" in word for word in container(EVERYTHING)["args"])


def test_environment(container: Container) -> None:
    """Every variable that the chart sets is one that the program reads."""
    known = {option.envvar for option in run.command.params if option.envvar}
    known |= {"IMAGEVECTOR_OVERWRITE"}

    given = {variable["name"] for variable in container(EVERYTHING)["env"]}

    assert given == known
