# SPDX-License-Identifier: Apache-2.0
"""The image vector: what is refused, how an override is merged, which entry is chosen."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from controller import imagevector, names

REPOSITORY = Path(__file__).parents[3]
DIGEST = "sha256:" + 64 * "0"


def vector(*images: dict[str, Any]) -> imagevector.ImageVector:
    """A vector of entries, each with a repository of its own unless it says otherwise."""
    entries = [
        {"name": "node", **({} if "ref" in image else {"repository": f"repo/{i}"}), **image}
        for i, image in enumerate(images)
    ]
    return imagevector.parse(yaml.safe_dump({"images": entries}))


def problems(text: str) -> list[str]:
    """What is said about a text that is refused."""
    with pytest.raises(imagevector.ImageVectorError) as caught:
        imagevector.parse(text)
    return [str(item) for item in caught.value.problems]


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
    found = vector(image).find("node", target_version="v1.32.3")

    assert found == reference


def test_an_entry_without_tag_stays_so_when_no_target_version_is_asked_for() -> None:
    """There is no version to make a tag of."""
    assert vector({"repository": "host/node"}).find("node") == "host/node"


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

    found = vector(*tagged).find("node", runtime_version="1.32.3", target_version="v1.32.3-beta")

    assert found == f"repo/{expected}:t"


def test_a_range_excludes_nothing_when_its_version_is_not_asked_for() -> None:
    """A caller that has no version takes what is there."""
    assert vector({"tag": "t", "runtimeVersion": "< 1.0"}).find("node") == "repo/0:t"


def test_nothing_that_fits_is_an_error_that_names_image_and_versions() -> None:
    """The message is enough to write the missing entry."""
    only = vector({"tag": "t", "targetVersion": "< 1.30", "architectures": ["arm64"]})

    with pytest.raises(imagevector.ImageNotFoundError) as caught:
        only.find("node", target_version="1.32.3", architecture="arm64")

    assert all(part in str(caught.value) for part in ("'node'", "1.32.3", "arm64"))


def test_one_image_serves_all_architectures_of_a_cluster() -> None:
    """A multi-architecture index is found for every architecture."""
    found = vector({"tag": "t"}).find_for_all(
        "node", version="1.32.3", architectures=["arm64", "amd64"]
    )

    assert found == "repo/0:t"


def test_a_cluster_is_refused_whose_architectures_get_different_images() -> None:
    """One DaemonSet has one image."""
    images = vector(
        {"tag": "t", "architectures": ["amd64"]}, {"tag": "t", "architectures": ["arm64"]}
    )

    assert images.find_for_all("node", version="1.32", architectures=["arm64"]) == "repo/1:t"
    with pytest.raises(imagevector.ImageNotFoundError, match=r"amd64: repo/0:t, arm64: repo/1:t"):
        images.find_for_all("node", version="1.32", architectures=["arm64", "amd64"])


def test_all_problems_are_told_at_once_with_their_places() -> None:
    """IMG-1: both forms, no form, missing name, bad range, unknown architecture, misspelt keys."""
    found = problems(
        """
        images:
        - {name: a, ref: r, repository: r}
        - {name: b}
        - {repository: r}
        - {name: d, repository: r, targetversion: '1', runtimeVersion: 'nine'}
        - {name: e, repository: r, architectures: [amd46]}
        - {name: f, repository: r, tag: 1.0}
        - just text
        - {name: g, repository: "r\\nx"}
        - {name: h, repository: r}
        - {name: h, repository: other, architectures: [arm64, amd64]}
        """
    )

    assert [item.split(":")[0] for item in found] == [
        "images[2].name",
        "images[3].targetversion",
        "images[3].runtimeVersion",
        "images[4].architectures[0]",
        "images[5].tag",
        "images[6]",
        "images[7].repository",
        "images[0]",
        "images[1]",
        "images[8]",
    ]
    assert "did you mean targetVersion" in found[1]
    assert "did you mean amd64" in found[3]


@pytest.mark.parametrize("text", ["", "[]", "images: {}", "images", "images: 3", "{", "a: !x b"])
def test_a_text_that_is_no_vector_is_refused(text: str) -> None:
    """The form of the file is told."""
    assert problems(text)


def test_keys_for_tools_and_of_newer_gardeners_are_no_problem() -> None:
    """What is not used at run time is passed over."""
    images = vector(
        {"tag": "t", "resourceId": {"name": "x"}, "labels": [1], "sourceRepository": "s", "zzz": 1}
    )

    assert images.find("node") == "repo/0:t"


BASE = {"tag": "t", "targetVersion": ">= 1.26"}


@pytest.mark.parametrize(
    ("base", "change", "reference"),
    [
        pytest.param(BASE, {"repository": "mine"}, "mine:t", id="repository only"),
        pytest.param(BASE, {"tag": "u"}, "repo/0:u", id="tag only"),
        pytest.param(BASE, {"ref": "mine/x:1"}, "mine/x:1", id="ref clears repository and tag"),
        pytest.param(
            {"ref": "r:1", "targetVersion": ">= 1.26"},
            {"repository": "mine", "tag": "u"},
            "mine:u",
            id="repository clears ref",
        ),
        pytest.param(
            BASE,
            {"repository": "mine", "architectures": ["arm64", "amd64"]},
            "mine:t",
            id="the order of architectures is no difference",
        ),
    ],
)
def test_an_override_changes_the_entry_with_the_same_key(
    base: dict[str, Any], change: dict[str, Any], reference: str
) -> None:
    """Name, ranges and architectures are the key; what is set wins."""
    text = yaml.safe_dump({"images": [{"name": "node", "targetVersion": ">= 1.26", **change}]})

    merged = imagevector.override(vector(base), text)

    assert merged.find("node", target_version="1.32.3") == reference
    assert len(merged.images) == 1


def test_an_override_for_other_versions_is_appended() -> None:
    """No entry has its key, so it stands beside the others."""
    text = "images: [{name: node, repository: mine, tag: u, targetVersion: 1.32.3}]"

    merged = imagevector.override(vector(BASE), text)

    assert merged.find("node", target_version="1.32.3") == "mine:u"
    assert merged.find("node", target_version="1.33.0") == "repo/0:t"


@pytest.mark.parametrize(
    "change",
    ["{name: node, ref: r, tag: t, targetVersion: '>= 1.26'}", "{name: other, tag: t}", "{}"],
)
def test_an_override_is_judged_like_a_vector(change: str) -> None:
    """Both forms at once, an appended entry without image, an entry without name: refused."""
    with pytest.raises(imagevector.ImageVectorError, match="override"):
        imagevector.override(vector(BASE), f"images: [{change}]")


def test_a_tag_for_an_entry_with_ref_is_refused() -> None:
    """Merging would give both forms."""
    with pytest.raises(imagevector.ImageVectorError, match="both ref and"):
        imagevector.override(vector({"ref": "r"}), "images: [{name: node, tag: t}]")


def test_files_are_read_and_missing_ones_named(tmp_path: Path) -> None:
    """`load` merges two files, and a missing one is in the message."""
    base, change = tmp_path / "images.yaml", tmp_path / "overwrite.yaml"
    base.write_text("images: [{name: node, repository: r, tag: t}]")
    change.write_text("images: [{name: node, tag: u}]")

    assert imagevector.load(base).find("node") == "r:t"
    assert imagevector.load(base, change).find("node") == "r:u"
    with pytest.raises(imagevector.ImageVectorError, match=r"none\.yaml"):
        imagevector.load(base, tmp_path / "none.yaml")


@settings(deadline=None)
@given(text=st.text(max_size=60))
def test_any_text_is_a_vector_or_refused(text: str) -> None:
    """Nothing but ImageVectorError comes out of a text."""
    try:
        parsed = imagevector.parse(text)
    except imagevector.ImageVectorError:
        return

    assert parsed.images == ()


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
