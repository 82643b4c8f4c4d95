# SPDX-License-Identifier: Apache-2.0
"""Our argument in the kubelet's environment file."""

import contextlib

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from installer import extra_args, names

OURS = names.ENDPOINT_ARGUMENT.encode()
KEY = names.EXTRA_ARGS_KEY.encode()

PIECES = st.sampled_from(
    [
        KEY + b"=",
        b"PROVIDER_ID=",
        b"\n" + KEY + b"=",
        b"\n",
        b"\r\n",
        b" ",
        b"\t",
        b"'",
        b'"',
        b"\\",
        b"#",
        b"; note",
        b"--v=4",
        b"--node-ip=10.0.0.1",
        b"--feature-gates='A=true B=false'",
        b"\xff",
        b"\xc3\xa4",
        b"$X",
        b"x",
        b"--",
        b"\x01",
        b"\0",
    ]
)
FILES = st.lists(PIECES, max_size=14).map(b"".join) | st.binary(max_size=80)

MERGED: dict[bytes, bytes] = {
    b"": KEY + b"=" + OURS + b"\n",
    b"PROVIDER_ID=x": KEY + b"=" + OURS + b"\nPROVIDER_ID=x",
    b"# note \\\n": KEY + b"=" + OURS + b"\n# note \\\n",
    KEY + b"=--v=4\n": KEY + b"=--v=4 " + OURS + b"\n",
    KEY + b"=--v=4": KEY + b"=--v=4 " + OURS,
    KEY + b"=--v=4  \r\n": KEY + b"=--v=4 " + OURS + b"  \r\n",
    KEY + b"=\n": KEY + b"= " + OURS + b"\n",
    KEY + b'=""\n': KEY + b'=" ' + OURS + b'"\n',
    KEY + b"='--v=4 --x'\n": KEY + b"='--v=4 --x " + OURS + b"'\n",
    KEY + b'="--v=4" # no comment\n': KEY + b'="--v=4" # no comment ' + OURS + b"\n",
    KEY + b"=--a \\\n --b\nZ=1\n": KEY + b"=--a \\\n --b " + OURS + b"\nZ=1\n",
    KEY + b"=--a\n" + KEY + b"=--b\n": KEY + b"=--a\n" + KEY + b"=--b " + OURS + b"\n",
    b"#" + KEY + b"=--a\n": KEY + b"=" + OURS + b"\n#" + KEY + b"=--a\n",
    b"# \xff\n" + KEY + b"=--a\n": b"# \xff\n" + KEY + b"=--a " + OURS + b"\n",
}


@pytest.mark.parametrize("data", MERGED)
def test_our_argument_is_merged_into_the_last_assignment(data: bytes) -> None:
    """It follows the owner's words, or stands on a line of its own; nothing else changes."""
    assert extra_args.merge(data) == MERGED[data]


@pytest.mark.parametrize("data", MERGED)
def test_our_argument_goes_as_it_came(data: bytes) -> None:
    """Removed, the file is what it was, byte for byte."""
    assert extra_args.remove(extra_args.merge(data)) == data


@given(FILES)
@example(KEY + b"='a' ")
@example(KEY + b"=\\")
def test_a_file_that_can_be_merged_comes_back(data: bytes) -> None:
    """Whatever the file: it is refused, or the kubelet gets the old words and ours, and the way
    back gives the same bytes.
    """
    assume(OURS not in data)
    try:
        merged = extra_args.merge(data)
    except extra_args.ExtraArgsProblem:
        return

    before, after = extra_args.read(data), extra_args.read(merged)
    assert after.ours
    assert after.words == (*(before.words or ()), names.ENDPOINT_ARGUMENT)
    assert extra_args.remove(merged) == data
    assert extra_args.merge(merged) == merged


@given(FILES)
def test_a_file_without_us_is_left_alone(data: bytes) -> None:
    """Removing from a file that we are not in changes nothing, whatever is in it."""
    assume(OURS not in data)

    assert extra_args.remove(data) == data


@given(st.lists(PIECES | st.just(OURS) | st.just(b" " + OURS), max_size=14).map(b"".join))
def test_the_kubelet_never_gets_our_argument_after_a_removal(data: bytes) -> None:
    """Wherever our word stands, however it is quoted: after a removal it is no word any more."""
    left = extra_args.remove(data)

    assert not extra_args.has(left)
    with contextlib.suppress(extra_args.ExtraArgsProblem):
        assert not extra_args.read(left).ours


@pytest.mark.parametrize(
    ("data", "left"),
    [
        (KEY + b"=" + OURS + b" --v=4\n", KEY + b"=--v=4\n"),
        (KEY + b"=" + OURS + b"\r\nA=1\r\n", b"A=1\r\n"),
        (KEY + b"='--a' '" + OURS + b"'\n", KEY + b"='--a' '" + OURS + b"'\n"),
        (KEY + b"=\"--a '" + OURS + b"'\"\n", KEY + b'="--a"\n'),
        (KEY + b"=--a " + OURS + b"\n" + KEY + b"=--b\n", KEY + b"=--a\n" + KEY + b"=--b\n"),
        (b"A=1\n" + KEY + b"=" + OURS, b"A=1\n"),
    ],
)
def test_what_others_changed_since_is_kept(data: bytes, left: bytes) -> None:
    """Only our word goes from a file that was edited while it was there."""
    assert extra_args.remove(data) == left


@pytest.mark.parametrize(
    "text",
    [
        "--container-runtime-endpoint=unix:///run/crio/crio.sock",
        "--container-runtime-endpoint unix:///run/crio/crio.sock",
        "--container_runtime_endpoint=unix:///run/crio/crio.sock",
        "'--container-runtime-endpoint=unix:///run/crio/crio.sock'",
        "'\"--container-runtime-endpoint\" unix:///run/crio/crio.sock'",
        "--v=4 --container-runtime-endpoint=unix:///run/crio/crio.sock --x",
        "--container-runtime-endpoint=unix:///run/cri-resmgr/cri-resmgr.sock",
    ],
)
def test_another_endpoint_is_refused_with_its_text(text: str) -> None:
    """Whoever gave the kubelet an endpoint keeps it, and reads in the message which one it was."""
    with pytest.raises(extra_args.ExtraArgsProblem) as error:
        extra_args.merge(KEY + b"=" + text.encode() + b"\n")

    assert "unix:///run/cri" in str(error.value)
    assert "another container runtime endpoint" in str(error.value)


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (KEY + b"='--v=4\n", "quote"),
        (KEY + b'=--foo="bar\n', "cannot be told"),
        (KEY + b"=--a \x01\n", "control character"),
        (b"OTHER=\xff\n", "not UTF-8"),
        (b"A=\0\n", "NUL"),
        (b"# note \\\n" + KEY + b"=--a\n", "backslash"),
        (KEY + b"=--a -- b\n", "ends the kubelet's flags"),
        (b"#" * (extra_args.LIMIT + 1), "larger"),
    ],
)
def test_an_unclear_file_is_refused(data: bytes, cause: str) -> None:
    """A file of which systemd would make something else than we is refused, with the cause."""
    with pytest.raises(extra_args.ExtraArgsProblem, match=cause):
        extra_args.merge(data)


def test_an_overridden_argument_is_given_again() -> None:
    """Somebody who appends an assignment takes our word out of force; merging mends that."""
    edited = KEY + b"=--a " + OURS + b"\n" + KEY + b"=--b\n"

    assert not extra_args.read(edited).ours
    assert extra_args.merge(edited) == KEY + b"=--a\n" + KEY + b"=--b " + OURS + b"\n"
