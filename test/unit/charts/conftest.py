# SPDX-License-Identifier: Apache-2.0
"""Helm for the tests of charts, from `hacks/programs`, and a renderer that remembers."""

import collections.abc
import json
import pathlib
import subprocess
import typing

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]
SEED_CHART = ROOT / "charts" / "gardener-extension-cri-resmgr"

Object: typing.TypeAlias = dict[str, typing.Any]
Render: typing.TypeAlias = collections.abc.Callable[..., list[Object]]


@pytest.fixture(scope="session")
def helm() -> pathlib.Path:
    """Give the path of the helm program."""
    run = [str(ROOT / "hacks" / "programs"), "helm"]
    done = subprocess.run(run, check=True, stdout=subprocess.PIPE, text=True)
    return pathlib.Path(done.stdout.strip()) / "helm"


@pytest.fixture(scope="session")
def run_helm(
    helm: pathlib.Path,
) -> collections.abc.Callable[..., subprocess.CompletedProcess[str]]:
    """Give a function that runs helm with arguments, values on standard input."""

    def run(*arguments: str, values: Object | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [helm, *arguments],
            input=json.dumps(values or {}),
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def render(
    run_helm: collections.abc.Callable[..., subprocess.CompletedProcess[str]],
) -> Render:
    """Give a function that renders the seed chart with values as gardenlet does; raises on errors.

    The same values are rendered once a session; what it gives is not to be changed.
    """
    remembered: dict[str, list[Object]] = {}

    def render_chart(values: Object | None = None, release: str = SEED_CHART.name) -> list[Object]:
        key = json.dumps([values, release], sort_keys=True)
        if key not in remembered:
            done = run_helm(
                *("template", release, str(SEED_CHART)),
                *("--namespace", "extension-cri-resmgr-x7k2p", "--values", "-"),
                values=values,
            )
            if done.returncode:
                raise ValueError(done.stderr)
            remembered[key] = list(yaml.safe_load_all(done.stdout))
        return remembered[key]

    return render_chart


@pytest.fixture(scope="session")
def find() -> collections.abc.Callable[..., Object]:
    """Give a function that picks the one document of a kind, or of a kind and name."""

    def pick(documents: list[Object], kind: str, name: str | None = None) -> Object:
        found = [
            document
            for document in documents
            if document["kind"] == kind and name in {None, document["metadata"]["name"]}
        ]
        assert len(found) == 1, f"{len(found)} of kind {kind} name {name}"
        return found[0]

    return pick
