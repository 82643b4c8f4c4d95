# SPDX-License-Identifier: Apache-2.0
"""The examples of simulations: each is right, and listed."""

import argparse
import io
import re
from pathlib import Path

import pytest

from ctl import configured, scenario

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "examples" / "simulation"
EXAMPLES = sorted(path.name for path in FOLDER.glob("*"))
CONFIGURATIONS = [name for name in EXAMPLES if "Active:" in (FOLDER / name).read_text("utf-8")]
PODS = [name for name in EXAMPLES if "kind: Pod" in (FOLDER / name).read_text("utf-8")]


def build(*words: str, pods: tuple[str, ...] = ()) -> scenario.Scenario:
    """A scenario of examples on a small machine."""
    parser = argparse.ArgumentParser()
    scenario.add_arguments(parser)
    paths = [str(FOLDER / name) for name in pods]
    return scenario.build(
        parser.parse_args(["--machine", "2x1x10x2", *words]), paths, io.StringIO()
    )


def test_all_are_listed() -> None:
    """The table in README.md names every one, and none that does not exist."""
    readme = (ROOT / "examples" / "README.md").read_text("utf-8")

    assert sorted(re.findall(r"\]\(simulation/([^)]+)\)", readme)) == EXAMPLES


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_says_what_it_shows(name: str) -> None:
    """Below its licence."""
    lines = (FOLDER / name).read_text("utf-8").splitlines()

    assert lines[0] == "# SPDX-License-Identifier: Apache-2.0"
    assert re.fullmatch(r"# [A-Z].+\.", lines[1])


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_configurations_are_right(name: str) -> None:
    """They fit the machine of the tutorial, without a doubt."""
    found = configured.read(str(FOLDER / name))
    policy = build().policy(found)

    assert policy.name == found.settings.policy.active
    assert found.warnings == ()


@pytest.mark.parametrize("name", ["pods.yaml", *PODS])
def test_pods_are_right(name: str) -> None:
    """There are some in each file."""
    assert build(pods=(name,)).pods


def test_the_steps_are_right() -> None:
    """For the pods that they are about."""
    found = build("--events", str(FOLDER / "day.yaml"), pods=("pods.yaml",))

    assert [type(step).__name__ for step in found.steps] == ["Remove", "Resize", "Add", "Switch"]
