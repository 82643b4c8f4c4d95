# SPDX-License-Identifier: Apache-2.0
"""The shell reads extra_args as systemd does, and takes nothing out of it but our argument."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from node import rescues

from installer import environment_file, extra_args

ARGUMENT = rescues.ARGUMENT
CASES = {
    "alone": (f"A=b\nKUBELET_EXTRA_ARGS={ARGUMENT}\nC=d", "A=b\nC=d"),
    "no newline at the end": (f"A=b\nKUBELET_EXTRA_ARGS={ARGUMENT}", "A=b\n"),
    "all there is": (f"KUBELET_EXTRA_ARGS={ARGUMENT}\n", ""),
    "behind a blank": (f"KUBELET_EXTRA_ARGS= {ARGUMENT}\n", "KUBELET_EXTRA_ARGS=\n"),
    "before a blank": (f"KUBELET_EXTRA_ARGS={ARGUMENT} \n", "KUBELET_EXTRA_ARGS= \n"),
    "a line feed in quotes": (f"KUBELET_EXTRA_ARGS='-a\n{ARGUMENT}'", "KUBELET_EXTRA_ARGS='-a'"),
    "last": (f"KUBELET_EXTRA_ARGS=--v=2 {ARGUMENT}\n", "KUBELET_EXTRA_ARGS=--v=2\n"),
    "first": (f"KUBELET_EXTRA_ARGS={ARGUMENT} --v=2\n", "KUBELET_EXTRA_ARGS=--v=2\n"),
    "between": (f'KUBELET_EXTRA_ARGS="-a {ARGUMENT}  -b"', 'KUBELET_EXTRA_ARGS="-a  -b"'),
    "in double quotes": (f'KUBELET_EXTRA_ARGS="{ARGUMENT}"\n', 'KUBELET_EXTRA_ARGS=""\n'),
    "in single quotes": (f"KUBELET_EXTRA_ARGS='-a {ARGUMENT}' \n", "KUBELET_EXTRA_ARGS='-a' \n"),
    "twice": (f"KUBELET_EXTRA_ARGS={ARGUMENT} {ARGUMENT}\n", "KUBELET_EXTRA_ARGS=\n"),
    "two lines": (
        f"KUBELET_EXTRA_ARGS={ARGUMENT}\nA=b\nKUBELET_EXTRA_ARGS=-a\t{ARGUMENT}\n",
        "A=b\nKUBELET_EXTRA_ARGS=-a\n",
    ),
    "continued": (
        f"KUBELET_EXTRA_ARGS=-a \\\n {ARGUMENT} \\\n -b\n",
        "KUBELET_EXTRA_ARGS=-a \\\n \\\n -b\n",
    ),
    "first, and continued": (
        f"KUBELET_EXTRA_ARGS={ARGUMENT}\\\n -b",
        "KUBELET_EXTRA_ARGS=\\\n-b",
    ),
    "joined by a continuation": (
        f'KUBELET_EXTRA_ARGS="-a {ARGUMENT}\\\n -b"',
        'KUBELET_EXTRA_ARGS="-a\\\n -b"',
    ),
    "behind quotes that are arguments": (
        f'KUBELET_EXTRA_ARGS=--x=\'{{"a": 1}}\' \\"b c\\" {ARGUMENT}\n',
        'KUBELET_EXTRA_ARGS=--x=\'{"a": 1}\' \\"b c\\"\n',
    ),
    "DOS line ends": (
        f"A=b\r\nKUBELET_EXTRA_ARGS={ARGUMENT}\r\n",
        "A=b\r\n",
    ),
    "bytes of no character set": (
        f"A=\udcff\udc81\udc88\nKUBELET_EXTRA_ARGS={ARGUMENT} \udc81\n",
        "A=\udcff\udc81\udc88\nKUBELET_EXTRA_ARGS=\udc81\n",
    ),
    "comments and other keys": (
        f"# {ARGUMENT}\n ;{ARGUMENT}\nX={ARGUMENT}\n KUBELET_EXTRA_ARGS = {ARGUMENT}\n",
        f"# {ARGUMENT}\n ;{ARGUMENT}\nX={ARGUMENT}\n KUBELET_EXTRA_ARGS =\n",
    ),
}


def passed(data: bytes, *, comments_continue: bool = False) -> list[bytes]:
    """Give the words that systemd gives to the kubelet by a file."""
    found = environment_file.assignments(data, comments_continue=comments_continue)
    values = [one.text for one in found if one.key == b"KUBELET_EXTRA_ARGS"]
    return [word.text for word in environment_file.words(values[-1])] if values else []


@pytest.mark.parametrize("case", CASES)
def test_exactly_our_argument_goes(node: rescues.Node, case: str) -> None:
    """With one of the blanks beside it, and the rest stays byte for byte."""
    before, after = (text.encode("utf-8", "surrogateescape") for text in CASES[case])
    node.extra_args.write_bytes(before)

    done = node.run("give-back")

    assert done.returncode == 0
    assert node.extra_args.read_bytes() == after
    assert passed(after) == [word for word in passed(before) if word != ARGUMENT.encode()]
    assert extra_args.remove(before) == after


@pytest.mark.parametrize(
    "value",
    [
        f"'\"{ARGUMENT}\"'",
        f"--container-runtime-endpoint unix:///var/run/cri-resmgr/cri-resmgr.sock",  # noqa: F541
        "--container-runtime-endpoint=/run/cri-resmgr/cri-resmgr.sock",
        f"-a {ARGUMENT[:10]}\\\n{ARGUMENT[10:]}",
        f"-a\\ {ARGUMENT}",
        f'"-a "{ARGUMENT}""',
    ],
)
def test_what_leads_to_the_relay_in_another_form_is_set_aside(
    node: rescues.Node, value: str
) -> None:
    """The kubelet comes first; nothing is lost, since the file stays under another name."""
    text = f"A=b\nKUBELET_EXTRA_ARGS={value}\n"
    node.extra_args.write_text(text)

    done = node.run("give-back")

    assert done.returncode == 0
    left = node.extra_args.read_bytes() if node.extra_args.exists() else b""
    assert b"cri-resmgr.sock" not in b" ".join(passed(left))
    if not node.extra_args.exists():
        assert node.extra_args.with_name("extra_args.cri-resmgr").read_text() == text


def test_bytes_that_no_shell_can_hold_are_set_aside(node: rescues.Node) -> None:
    """No systemd reads such a file, but that is not to be relied upon."""
    data = f"A=\0\nKUBELET_EXTRA_ARGS={ARGUMENT}\n".encode()
    node.extra_args.write_bytes(data)

    done = node.run("give-back")

    assert done.returncode == 0
    assert not node.extra_args.exists()
    assert node.extra_args.with_name("extra_args.cri-resmgr").read_bytes() == data


def test_a_folder_in_its_place_is_nothing_of_ours(node: rescues.Node) -> None:
    """It gives no arguments, and stays."""
    node.extra_args.unlink()
    node.extra_args.mkdir()

    done = node.run("give-back")

    assert done.returncode == 0
    assert node.extra_args.is_dir()
    assert not node.on_relay


PIECES = st.one_of(
    st.sampled_from(
        [
            *("KUBELET_EXTRA_ARGS=", "\nKUBELET_EXTRA_ARGS=", "A=", "#", ";", "export "),
            *(ARGUMENT, f" {ARGUMENT}", f"{ARGUMENT} ", f'"{ARGUMENT}"', f"'{ARGUMENT}'"),
            *(
                "--v=2",
                " --x='a b'",
                '"',
                "'",
                "\\",
                "\\\n",
                "\n",
                "\r\n",
                " ",
                "\t",
                "$",
                "`",
                "=",
            ),
            *(
                "-container-runtime-endpoint",
                "/cri-resmgr/cri-resmgr.sock",
                "\x81",
                "\xff",
                "*",
                "?",
            ),
        ]
    ),
    st.text(alphabet="ab[]!-~{}()&|<>%é\x88", max_size=4),
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(PIECES, min_size=1, max_size=14).map("".join))
def test_no_file_keeps_the_kubelet_on_the_relay(tmp_path: Path, shell: str, text: str) -> None:
    """Whatever is in it: what systemd passes afterwards does not lead to the relay.

    Where it was our argument that led there, all other words are passed as before.
    """
    # A line that is ours alone goes as a whole, and then an assignment before it counts again.
    assume(text.count("KUBELET_EXTRA_ARGS=") < 2 or f"KUBELET_EXTRA_ARGS={ARGUMENT}" not in text)
    place = tmp_path / "node"
    node = rescues.Node(place, tmp_path / "bin", shell)
    if not place.exists():
        node = rescues.make(tmp_path, shell)
    node.run_kubelet(ARGUMENT)
    for path in node.extra_args.parent.iterdir():
        path.unlink()
    before = text.encode("latin-1")
    node.extra_args.write_bytes(before)

    done = node.run("give-back")

    kept = node.extra_args.exists()
    after = node.extra_args.read_bytes() if kept else b""
    assert done.returncode == 0, done.stderr
    for comments_continue in (False, True):
        words = passed(after, comments_continue=comments_continue)
        assert ARGUMENT.encode() not in words, (before, after)
    if kept:
        expected = [word for word in passed(before) if word != ARGUMENT.encode()]
        assert passed(after) == expected, (before, after)
        # Twice, or continued at once: the same words, and a blank more or less.
        if (
            before.count(ARGUMENT.encode()) == 1
            and b"\\\n" not in before
            and expected != (passed(before))
        ):
            assert after == extra_args.remove(before)
    else:
        aside = node.extra_args.with_name("extra_args.cri-resmgr")
        assert aside.read_bytes() == before
