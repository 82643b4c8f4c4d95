# SPDX-License-Identifier: Apache-2.0
"""How an operator's override is merged, and what of it is in vain."""

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.controller.imagevector import vectors

from controller import imagevector

BASE = {"tag": "t", "targetVersion": ">= 1.26"}
RANGES = {"runtimeVersion": ">= 1.26", "targetVersion": ">= 1.26"}
SHIPPED = {"tag": "t", **RANGES, "architectures": ["amd64", "arm64"]}


def changed(base: imagevector.ImageVector, *entries: dict[str, Any]) -> imagevector.ImageVector:
    """The vector with an override of these entries, named `node` unless they say otherwise."""
    images = [{"name": "node", **entry} for entry in entries]
    return imagevector.override(base, yaml.safe_dump({"images": images}))


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

    merged = imagevector.override(vectors.vector(base), text)

    assert merged.find("node", target_version="1.32.3") == reference
    assert len(merged.images) == 1


def test_an_override_for_other_versions_is_appended() -> None:
    """No entry has its key, so it stands beside the others."""
    text = "images: [{name: node, repository: mine, tag: u, targetVersion: 1.32.3}]"

    merged = imagevector.override(vectors.vector(BASE), text)

    assert merged.find("node", target_version="1.32.3") == "mine:u"
    assert merged.find("node", target_version="1.33.0") == "repo/0:t"


@pytest.mark.parametrize(
    "change",
    ["{name: node, ref: r, tag: t, targetVersion: '>= 1.26'}", "{name: other, tag: t}", "{}"],
)
def test_an_override_is_judged_like_a_vector(change: str) -> None:
    """Both forms at once, an appended entry without image, an entry without name: refused."""
    with pytest.raises(imagevector.ImageVectorError, match="override"):
        imagevector.override(vectors.vector(BASE), f"images: [{change}]")


def test_a_tag_for_an_entry_with_ref_is_refused() -> None:
    """Merging would give both forms."""
    with pytest.raises(imagevector.ImageVectorError, match="both ref and"):
        imagevector.override(vectors.vector({"ref": "r"}), "images: [{name: node, tag: t}]")


def chosen(vector: imagevector.ImageVector, place: tuple[str, str]) -> str | None:
    """What is chosen for a version and architecture, if anything is."""
    version, architecture = place
    try:
        return vector.find_for_all("node", version=version, architectures=[architecture])
    except imagevector.ImageNotFoundError:
        return None


def test_a_plain_override_changes_every_entry_of_its_name() -> None:
    """What says nothing of versions and architectures is for all of them; other names stay."""
    base = vectors.vector(
        {**SHIPPED, "targetVersion": ">= 1.30"},
        SHIPPED,
        {"tag": "t", "architectures": ["arm64"]},
        {"name": "other", "tag": "t"},
    )

    merged = changed(base, {"repository": "mine", "tag": "u"})

    assert [image.reference() for image in merged.images] == 3 * ["mine:u"] + ["repo/3:t"]
    assert [image.key for image in merged.images] == [image.key for image in base.images]
    assert merged.warnings == ()


def test_a_plain_override_sets_only_what_it_says() -> None:
    """A mirror of the repository leaves each entry its own tag."""
    base = vectors.vector(SHIPPED, {"tag": "old", "targetVersion": "< 1.26"})

    merged = changed(base, {"repository": "mine"})

    assert [image.reference() for image in merged.images] == ["mine:t", "mine:old"]


def test_a_plain_override_changes_one_entry_when_that_is_plain_too() -> None:
    """An entry of the same key is what it means, as everywhere in Gardener."""
    merged = changed(vectors.vector(SHIPPED, {"tag": "t"}), {"repository": "mine"})

    assert [image.reference() for image in merged.images] == ["repo/0:t", "mine:t"]


def test_a_plain_override_of_an_unknown_name_is_appended() -> None:
    """There is nothing that it could change."""
    merged = changed(vectors.vector(SHIPPED), {"name": "new", "repository": "mine", "tag": "u"})

    assert merged.find("new", target_version="1.32.3") == "mine:u"
    assert len(merged.images) == 2


@pytest.mark.parametrize("order", [1, -1])
def test_an_entry_for_certain_versions_is_not_undone_by_a_plain_one(order: int) -> None:
    """Whichever stands first: one is for all versions, the other is an exception."""
    plain = {"repository": "mine", "tag": "u"}
    exception = {
        "repository": "special",
        "tag": "s",
        "targetVersion": "1.32.3",
        "runtimeVersion": "*",
    }
    same_key = {"repository": "repeated", "tag": "r", "targetVersion": "< 1.26"}
    base = vectors.vector(SHIPPED, {"tag": "old", "targetVersion": "< 1.26"})

    merged = changed(base, *[plain, exception, same_key][::order])

    assert merged.find("node", runtime_version="1.32.3", target_version="1.32.3") == "special:s"
    assert merged.find("node", runtime_version="1.33.0", target_version="1.33.0") == "mine:u"
    assert merged.find("node", runtime_version="1.25.0", target_version="1.25.0") == "repeated:r"


def test_architectures_that_are_written_out_make_an_entry_that_is_not_plain() -> None:
    """It says for which architectures it is, so it is merged as the contract has it: appended."""
    merged = changed(
        vectors.vector(SHIPPED), {"repository": "mine", "architectures": ["amd64", "arm64"]}
    )

    assert len(merged.images) == 2


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"architectures": ["amd64", "arm64"]}, id="outscored by two ranges"),
        pytest.param({"targetVersion": ">= 1.30"}, id="outscored by one range more"),
        pytest.param({"targetVersion": "1.32.3"}, id="a single version ties with two ranges"),
        pytest.param(
            {"targetVersion": ">=1.26", "runtimeVersion": ">=1.26"}, id="the same, spelt otherwise"
        ),
        pytest.param({"architectures": ["arm64"], "tag": "u"}, id="one architecture is not enough"),
    ],
)
def test_an_entry_that_changes_nothing_is_told(change: dict[str, Any]) -> None:
    """It is accepted, as elsewhere in Gardener, with a warning that says what to write instead."""
    merged = changed(vectors.vector(SHIPPED), {"repository": "mine", "tag": "u", **change})

    (warning,) = merged.warnings
    assert warning.path == "override: images[0]"
    assert "runtimeVersion '>= 1.26'" in warning.message
    assert warning.hint is not None
    assert "leave out versions and architectures" in warning.hint


def test_an_entry_for_no_version_is_told() -> None:
    """Ranges that exclude each other are a mistake of the writer."""
    merged = changed(
        vectors.vector(SHIPPED),
        {"repository": "mine", "targetVersion": ">= 1.33", "runtimeVersion": "< 1.33"},
    )

    (warning,) = merged.warnings
    assert "fits no version" in warning.message


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"targetVersion": "< 1.26"}, id="for versions that had no image"),
        pytest.param({"targetVersion": "1.32.3", "runtimeVersion": ">= 1.26"}, id="one version"),
        pytest.param(
            {"targetVersion": ">= 1.30", "runtimeVersion": ">= 1.30", "architectures": ["arm64"]},
            id="one architecture",
        ),
        pytest.param({"name": "new"}, id="a new name"),
        pytest.param(RANGES, id="the key of an entry"),
    ],
)
def test_an_entry_with_an_effect_is_no_warning(change: dict[str, Any]) -> None:
    """Whatever is chosen for a single version already is meant."""
    merged = changed(vectors.vector(SHIPPED), {"repository": "mine", "tag": "u", **change})

    assert merged.warnings == ()


ENTRIES = st.fixed_dictionaries(
    {"tag": st.just("t")},
    optional={
        "runtimeVersion": st.sampled_from(["1.30.1", "~1.30.1", "< 1.30", ">= 1.29, < 1.31"]),
        "targetVersion": st.sampled_from(["1.30.1", "1.30", "^1.30", "> 1.30", "<= 1.30"]),
        "architectures": st.sampled_from([["amd64"], ["arm64"], ["amd64", "arm64"]]),
    },
)
KEY = {"architectures": ["amd64", "arm64"]}
VERSIONS = ["0.1.0", "1.28.0", "1.29.0", "1.30.0", "1.30.1", "1.30.2", "1.31.0", "1.32.5", "2.0.0"]


@settings(deadline=None)
@given(
    base=st.lists(
        ENTRIES, min_size=1, max_size=3, unique_by=lambda entry: yaml.safe_dump(KEY | entry)
    ),
    change=ENTRIES,
)
def test_what_is_told_to_be_in_vain_has_no_effect_where_there_was_an_image(
    base: list[dict[str, Any]], change: dict[str, Any]
) -> None:
    """For all versions, not only those at borders: the warning is there exactly when it is due."""
    before = vectors.vector(*base)
    merged = changed(before, {**change, "repository": "mine"})
    places = [(v, a) for v in VERSIONS for a in imagevector.ARCHITECTURES]

    fits = {place for place in places if chosen(vectors.vector(change), place)}
    contested = {place for place in fits if chosen(before, place)}

    wins = {place for place in contested if chosen(merged, place) == "mine:t"}
    appended = len(merged.images) > len(before.images)
    in_vain = appended and (not fits or (bool(contested) and not wins))
    assert bool(merged.warnings) == in_vain
