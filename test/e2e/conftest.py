# SPDX-License-Identifier: Apache-2.0
"""One shoot with two nodes for all tests of a session, and the image that comes to them."""

import asyncio
import itertools
import signal
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

import pytest
import pytest_asyncio
from chain import chain, images
from chain.owner import Owner, owning
from daemonset import images as variants
from garden import install, servers
from ground import cluster

_NUMBERS = itertools.count(1)


def pytest_configure() -> None:
    """End as after Ctrl-C when somebody ends us, so that nodes and cgroups go with us."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # Started with Ctrl-C switched off, as in the background of a shell, our programs would be deaf.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def shoot() -> Iterator[cluster.Cluster]:
    """Control plane, `node-1` of pool blue and `node-2` of pool green, both Ready.

    Tests leave it as they found it. Where no nodes can run every test fails and says why.
    """
    if reason := cluster.why_not():
        pytest.fail(f"cannot run end-to-end tests: {reason}", pytrace=False)
    with cluster.running(*cluster.TWO) as made:
        yield made


@pytest.fixture(scope="session")
def archive() -> Path:
    """The image of the installation, built from the Dockerfile and these sources."""
    return images.built()


@pytest.fixture(scope="session")
def archives() -> Mapping[str, Path]:
    """All images that a shoot has, target -> archive."""
    return chain.built()


@pytest.fixture(scope="module")
def seed() -> Iterator[tuple[servers.Server, Path]]:
    """A seed, and the way to it with the rights of our chart."""
    with servers.running("seed") as (server,):
        yield server, asyncio.run(install.seed(server))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def owned(
    shoot: cluster.Cluster, seed: tuple[servers.Server, Path], archives: Mapping[str, Path]
) -> AsyncIterator[Owner]:
    """Both nodes with everything, for all tests of a module."""
    async with owning(shoot, seed, archives) as made:
        yield made


@pytest.fixture(scope="session")
def installers(
    shoot: cluster.Cluster, archive: Path, tmp_path_factory: pytest.TempPathFactory
) -> variants.Images:
    """Sound and broken versions of that image, each a thin layer upon it."""
    return variants.Images(shoot.registry, archive, tmp_path_factory.mktemp("variants"))


@pytest.fixture
def endures() -> str:
    """Name of a pod that no test before has had: the containers of that one may still go."""
    return f"endures-{next(_NUMBERS)}"
