# SPDX-License-Identifier: Apache-2.0
"""The syntax of flags."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resmgr.config import goflag
from resmgr.config.goflag import Flag, Kind, UsageError

KNOWN = {
    "name": Flag("name", Kind.TEXT, "", "A name."),
    "on": Flag("on", Kind.BOOLEAN, "false", "A switch."),
    "every": Flag("every", Kind.DURATION, "0", "A time."),
    "v": Flag("v", Kind.WHOLE, "0", "A number."),
}


@pytest.mark.parametrize(
    ("words", "values"),
    [
        (["--name", "a"], {"name": "a"}),
        (["-name", "a"], {"name": "a"}),
        (["-name=a"], {"name": "a"}),
        (["--name=a=b"], {"name": "a=b"}),
        (["--name="], {"name": ""}),
        (["--name", "--on"], {"name": "--on"}),
        (["--on"], {"on": "true"}),
        (["--on=f"], {"on": "f"}),
        (["--name=a", "--name=b"], {"name": "b"}),
        (["-v=3", "--every", "1m30s"], {"v": "3", "every": "1m30s"}),
    ],
)
def test_flags_are_read_in_every_form_of_go(words: list[str], values: dict[str, str]) -> None:
    """One or two dashes, a value behind a blank or `=`, booleans without a value."""
    parsed = goflag.parse(KNOWN, words)

    assert parsed.values == values
    assert parsed.words == ()


@pytest.mark.parametrize(
    ("words", "rest"),
    [
        (["--on", "false", "--name=a"], ("false", "--name=a")),
        (["--on", "--", "--name=a"], ("--name=a",)),
        (["-", "--on"], ("-", "--on")),
        (["", "--on"], ("", "--on")),
    ],
)
def test_flags_end_at_the_first_other_word(words: list[str], rest: tuple[str, ...]) -> None:
    """A word that is no flag, or `--`, ends the flags; a boolean takes no word behind it."""
    assert goflag.parse(KNOWN, words).words == rest


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (["--nmae=a"], 'unknown flag "--nmae"', "did you mean --name?"),
        (["--something-else"], 'unknown flag "--something-else"', "--help lists all flags"),
        (["--name"], "flag --name needs a value", "write --name=VALUE"),
        (["---name=a"], 'bad flag syntax: "---name=a"', "write --FLAG=VALUE"),
        (["-=a"], 'bad flag syntax: "-=a"', "write --FLAG=VALUE"),
        (["--on=maybe"], 'invalid value for flag --on: "maybe" is neither true nor false', ""),
        (
            ["--every=disable"],
            'invalid value for flag --every: "disable" is not a duration such as 30s or 1m30s',
            "",
        ),
        (["-v=-1"], 'invalid value for flag --v: "-1" is not a whole number', ""),
        (["--name=a\0b"], 'invalid value for flag --name: "a\\x00b" is no text', ""),
    ],
)
def test_a_wrong_flag_is_told_with_what_to_do(words: list[str], message: str, hint: str) -> None:
    """The message names the flag and what is wrong; the hint says what to write."""
    with pytest.raises(UsageError) as caught:
        goflag.parse(KNOWN, words)

    assert str(caught.value) == message
    assert caught.value.hint == hint


@pytest.mark.parametrize("word", ["-h", "--help", "-help", "--h"])
def test_help_ends_everything(word: str) -> None:
    """Asked for help, nothing behind it is judged."""
    assert goflag.parse(KNOWN, [word, "--bad"]).help


@pytest.mark.parametrize(
    ("text", "seconds"), [("0", 0), ("30s", 30), ("1m30s", 90), ("100ms", 0.1), ("1.5h", 5400)]
)
def test_durations_become_seconds(text: str, seconds: float) -> None:
    """Go's units add up."""
    assert goflag.seconds(text) == pytest.approx(seconds)


@given(st.lists(st.text(alphabet="-=nameonvery \0é", max_size=8), max_size=5))
def test_any_words_are_read_or_refused(words: list[str]) -> None:
    """Whatever stands on a command line, there is a result or one message."""
    try:
        read = set(goflag.parse(KNOWN, words).values)
    except UsageError:
        read = set()

    assert read <= set(KNOWN)
