# SPDX-License-Identifier: Apache-2.0
"""What is refused in the text of an image vector."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.controller.imagevector import vectors

from controller import imagevector


def problems(text: str) -> list[str]:
    """What is said about a text that is refused."""
    with pytest.raises(imagevector.ImageVectorError) as caught:
        imagevector.parse(text)
    return [str(item) for item in caught.value.problems]


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
    images = vectors.vector(
        {"tag": "t", "resourceId": {"name": "x"}, "labels": [1], "sourceRepository": "s", "zzz": 1}
    )

    assert images.find("node") == "repo/0:t"


@settings(deadline=None)
@given(text=st.text(max_size=60))
def test_any_text_is_a_vector_or_refused(text: str) -> None:
    """Nothing but ImageVectorError comes out of a text."""
    try:
        parsed = imagevector.parse(text)
    except imagevector.ImageVectorError:
        return

    assert parsed.images == ()
