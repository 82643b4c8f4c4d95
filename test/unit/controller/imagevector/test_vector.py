# SPDX-License-Identifier: Apache-2.0
"""Which entry of an image vector is chosen, and what is pulled for it."""

from typing import Any

import pytest
from unit.controller.imagevector import vectors

from controller import imagevector

DIGEST = "sha256:" + 64 * "0"


@pytest.mark.parametrize(
    ("image", "reference"),
    [
        ({"ref": "host/node@" + DIGEST}, "host/node@" + DIGEST),
        ({"repository": "host/node", "tag": "v1"}, "host/node:v1"),
        ({"repository": "host/node", "tag": DIGEST}, "host/node@" + DIGEST),
        ({"repository": "host/node", "tag": "v1@" + DIGEST}, "host/node:v1@" + DIGEST),
        ({"repository": "host/node"}, "host/node:v1.32.3"),
    ],
)
def test_references_take_every_form(image: dict[str, Any], reference: str) -> None:
    """`ref` is taken as it is, a tag or digest is joined; no tag is that of the target version."""
    found = vectors.vector(image).find("node", target_version="v1.32.3")

    assert found == reference


def test_an_entry_without_tag_stays_so_when_no_target_version_is_asked_for() -> None:
    """There is no version to make a tag of."""
    assert vectors.vector({"repository": "host/node"}).find("node") == "host/node"


@pytest.mark.parametrize(
    ("images", "expected"),
    [
        pytest.param([{}, {"targetVersion": ">= 1.30"}], 1, id="a range that is met counts"),
        pytest.param([{"targetVersion": "1.32.3"}, {"targetVersion": ">= 1"}], 0, id="exact wins"),
        pytest.param(
            [{"targetVersion": "=1.32.3"}, {"targetVersion": ">= 1", "runtimeVersion": ">= 1"}],
            0,
            id="an exact version counts as much as two ranges, the first wins",
        ),
        pytest.param(
            [{"targetVersion": ">= 1"}, {"targetVersion": ">= 1", "runtimeVersion": ">= 1"}],
            1,
            id="two ranges count more than one",
        ),
        pytest.param([{}, {"architectures": ["amd64"]}], 1, id="made for this architecture alone"),
        pytest.param([{"architectures": ["arm64"]}, {}], 1, id="another architecture is out"),
        pytest.param([{"targetVersion": "< 1.30"}, {}], 1, id="a range that is not met is out"),
        pytest.param(
            [{"runtimeVersion": ">= 1.0"}, {"runtimeVersion": ">= 1.1"}],
            0,
            id="the first of equals",
        ),
    ],
)
def test_the_entry_that_fits_best_is_found(images: list[dict[str, Any]], expected: int) -> None:
    """Scores decide, then the order."""
    tagged = [{"tag": "t", **image} for image in images]

    found = vectors.vector(*tagged).find(
        "node", runtime_version="1.32.3", target_version="v1.32.3-beta"
    )

    assert found == f"repo/{expected}:t"


def test_a_range_excludes_nothing_when_its_version_is_not_asked_for() -> None:
    """A caller that has no version takes what is there."""
    assert vectors.vector({"tag": "t", "runtimeVersion": "< 1.0"}).find("node") == "repo/0:t"


def test_nothing_that_fits_is_an_error_that_names_image_and_versions() -> None:
    """The message is enough to write the missing entry."""
    only = vectors.vector({"tag": "t", "targetVersion": "< 1.30", "architectures": ["arm64"]})

    with pytest.raises(imagevector.ImageNotFoundError) as caught:
        only.find("node", target_version="1.32.3", architecture="arm64")

    assert all(part in str(caught.value) for part in ("'node'", "1.32.3", "arm64"))


def test_one_image_serves_all_architectures_of_a_cluster() -> None:
    """A multi-architecture index is found for every architecture."""
    found = vectors.vector({"tag": "t"}).find_for_all(
        "node", version="1.32.3", architectures=["arm64", "amd64"]
    )

    assert found == "repo/0:t"


def test_a_cluster_is_refused_whose_architectures_get_different_images() -> None:
    """One DaemonSet has one image."""
    images = vectors.vector(
        {"tag": "t", "architectures": ["amd64"]}, {"tag": "t", "architectures": ["arm64"]}
    )

    assert images.find_for_all("node", version="1.32", architectures=["arm64"]) == "repo/1:t"
    with pytest.raises(imagevector.ImageNotFoundError, match=r"amd64: repo/0:t, arm64: repo/1:t"):
        images.find_for_all("node", version="1.32", architectures=["arm64", "amd64"])
