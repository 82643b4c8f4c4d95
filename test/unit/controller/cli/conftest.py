# SPDX-License-Identifier: Apache-2.0
"""The program, called in this process or as one of its own."""

import collections.abc
import pathlib
import subprocess
import sys

import click.testing
import pytest

from controller import cli

PROGRAM = pathlib.Path(sys.executable).with_name("gardener-extension-cri-resmgr")
FROM_OUTSIDE = (
    "EXTENSION_CONFIGMAP_NAMESPACE",
    "FORCE_COLOR",
    "IMAGEVECTOR_OVERWRITE",
    "KUBECONFIG",
    "KUBERNETES_SERVICE_HOST",
    "LEADER_ELECTION_NAMESPACE",
    "NO_COLOR",
)


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the developer's own environment reaches the program."""
    for name in FROM_OUTSIDE:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def call() -> collections.abc.Callable[..., click.testing.Result]:
    """Give a function that calls the program in this process; a traceback fails the test."""

    def run(
        *arguments: str | pathlib.Path,
        stdin: str | bytes = "",
        color: bool = False,
        prog: str | None = None,
    ) -> click.testing.Result:
        words = [str(argument) for argument in arguments]
        result = click.testing.CliRunner().invoke(
            cli.main, words, input=stdin, color=color, prog_name=prog
        )
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


@pytest.fixture
def start() -> collections.abc.Callable[..., subprocess.CompletedProcess[str]]:
    """Give a function that runs the program as a process and waits for its end."""

    def run(*arguments: str | pathlib.Path) -> subprocess.CompletedProcess[str]:
        command = [str(PROGRAM), *(str(argument) for argument in arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    return run
