# SPDX-License-Identifier: Apache-2.0
"""The targets of the Makefile: what `help` promises is there."""

import os
import re
import subprocess
from pathlib import Path

import pytest

KNOWN = (
    "help setup generate check format test test-cov test-numa verify demo bench "
    "bundle docker-images push-images build-images e2e-test clean"
)
"""The names that Gardener people know, and those of the original."""


def make(checkout: Path, *words: str) -> str:
    """Give what `make` prints, without running anything that `-n` does not run.

    Words and variables of a make that runs the tests are none of its business.
    """
    return subprocess.run(
        ["make", *words],
        cwd=checkout,
        env={"PATH": os.environ["PATH"]},
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def test_help_lists_every_target_once(checkout: Path) -> None:
    """`make help` lists exactly the targets that there are, each with a line of its own."""
    listed = re.findall(r"^  ([a-z0-9-]+) +\S", make(checkout, "help"), flags=re.MULTILINE)
    text = (checkout / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^\.PHONY: (\S+)$", text, flags=re.MULTILINE)

    assert listed == targets
    assert sorted(listed) == sorted(KNOWN.split())


@pytest.mark.parametrize("registry", ["registry.example.com/cri", "registry.example.com/cri/"])
def test_registry_is_taken_with_or_without_slash(checkout: Path, registry: str) -> None:
    """Images get the same names, built, listed and pushed, with or without a slash."""
    plan = make(checkout, "-n", "build-images", "push-images", f"REGISTRY={registry}", "TAG=v7")

    assert plan.count("'registry.example.com/cri/' 'v7'") == 3


def test_images_of_no_registry_have_bare_names(checkout: Path) -> None:
    """Without REGISTRY the image's name has no host."""
    assert "'' 'v7'" in make(checkout, "-n", "docker-images", "TAG=v7")


def test_every_target_makes_the_environment_first(checkout: Path) -> None:
    """All but help, setup and clean depend on the set-up, directly or through another target."""
    text = (checkout / "Makefile").read_text(encoding="utf-8")
    needs = {
        target: needed.split()
        for target, needed in re.findall(r"^([a-z0-9-]+):(.*?)##", text, flags=re.MULTILINE)
    }

    def makes_it(target: str) -> bool:
        return target == "setup" or any(makes_it(needed) for needed in needs[target])

    assert {target for target in needs if not makes_it(target)} == {"help", "clean"}
