# SPDX-License-Identifier: Apache-2.0
"""Image vectors in files, the shipped one among them."""

from pathlib import Path

import pytest

from controller import imagevector, names

REPOSITORY = Path(__file__).parents[4]


def test_files_are_read_and_missing_ones_named(tmp_path: Path) -> None:
    """`load` merges two files, and a missing one is in the message."""
    base, change = tmp_path / "images.yaml", tmp_path / "overwrite.yaml"
    base.write_text("images: [{name: node, repository: r, tag: t}]")
    change.write_text("images: [{name: node, tag: u}]")

    assert imagevector.load(base).find("node") == "r:t"
    assert imagevector.load(base, change).find("node") == "r:u"
    with pytest.raises(imagevector.ImageVectorError, match=r"none\.yaml"):
        imagevector.load(base, tmp_path / "none.yaml")


@pytest.mark.parametrize("version", ["1.26.0", "1.32.3", "1.34.4", "1.36.0"])
@pytest.mark.parametrize("name", [names.IMAGE_INSTALLATION, names.IMAGE_AGENT])
def test_the_shipped_vector_has_the_node_images_for_all_versions(name: str, version: str) -> None:
    """Both images are found for every Kubernetes version that we run on, on both architectures."""
    shipped = imagevector.load(REPOSITORY / "charts" / "images.yaml")

    found = shipped.find_for_all(name, version=version, architectures=imagevector.ARCHITECTURES)

    assert found.startswith(f"localhost/{name}:v")


def test_the_shipped_vector_refuses_what_cannot_work() -> None:
    """Kubelets before 1.26 are left alone."""
    shipped = imagevector.load(REPOSITORY / "charts" / "images.yaml")

    with pytest.raises(imagevector.ImageNotFoundError):
        shipped.find_for_all(names.IMAGE_AGENT, version="1.25.9", architectures=["amd64"])
