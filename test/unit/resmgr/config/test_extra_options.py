# SPDX-License-Identifier: Apache-2.0
"""The line of options, with every trick that could leave it."""

import hypothesis
import hypothesis.strategies as st
import pytest

from resmgr.config import extra_options, flags, problem


def _check(text: str) -> list[str]:
    findings = problem.Findings()
    extra_options.judge(text, problem.Place("o", findings))
    return [str(found) for found in findings.problems()]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "--metrics-interval=30s",
        "-v=2 --disable-ui  --one_output=F",
        "--vmodule=relay*=3,cache=1",
        "--force-config-signal=SIGUSR2",
        "--force-config-signal=disabled",
        "--external-visualizers=/a,/b",
        "--stderrthreshold=warning",
        "--log_backtrace_at=a.py:10",
    ],
)
def test_right_lines(line: str) -> None:
    """Flags with one or two dashes; truth values may stand alone."""
    assert _check(f'EXTRA_OPTIONS="{line}"\n') == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "--v=2",
        "EXTRA_OPTIONS=--v=2",
        "EXTRA_OPTIONS='--v=2'",
        'EXTRA_OPTIONS="--v=2" ',
        ' EXTRA_OPTIONS="--v=2"',
        'EXTRA_OPTIONS="--v=2"\nLD_PRELOAD="/x.so"',
        'EXTRA_OPTIONS="--v=2\n"',
        'EXTRA_OPTIONS="--v=2"\n\n',
        'EXTRA_OPTIONS="a" "b"',
        'OTHER="--v=2"',
        'EXTRA_OPTIONS="--v=2\\"',
    ],
)
def test_anything_but_one_line_is_refused(text: str) -> None:
    """Another variable, another quote, a second line."""
    assert len(_check(text)) == 1


@pytest.mark.parametrize("char", list("$`;&|'\\<>(){}#%~!^\t\r\0\x1b\u00a0é\ud800"))
def test_characters_of_shells_and_controls_are_refused(char: str) -> None:
    """Only letters, digits and a few others are allowed."""
    (wrong,) = _check(f'EXTRA_OPTIONS="--v=2 --log_file=/a{char}b"')

    assert "is not allowed" in wrong


@pytest.mark.parametrize("flag", sorted(flags.REFUSED))
@pytest.mark.parametrize("form", ["--{}=x", "-{}", "--{}=/a"])
def test_flags_that_break_the_installation_are_refused_by_name(flag: str, form: str) -> None:
    """With the reason, in every spelling."""
    (wrong,) = _check(f'EXTRA_OPTIONS="{form.format(flag)}"')

    assert f"{flag} is refused: {flags.REFUSED[flag]}" in wrong


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        (
            "--metrics-intervall=1s",
            'unknown flag "--metrics-intervall", did you mean metrics-interval',
        ),
        ("v=2", '"v=2" is no flag, write --FLAG=VALUE without a blank'),
        ("--", '"--" is no flag, write --FLAG=VALUE without a blank'),
        ("---v=2", 'unknown flag "---v"'),
        ("--v", "flag --v has no value, write --v=VALUE"),
        ("--v=2 --v=3", "flag --v is given twice"),
        ("--v=2 -v=3", "flag -v is given twice"),
        ("--v=two", 'flag --v: "two" is not a whole number'),
        ("--disable-ui=yes", 'flag --disable-ui: unknown value "yes"'),
        ("--metrics-interval=30", 'flag --metrics-interval: "30" is not a duration'),
        ("--metrics-interval=disable", "is not a duration such as 30s or 1m30s"),
        ("--force-config-signal=9", '"9" is no signal such as SIGHUP'),
        ("--cgroup-mount=sys", '"sys" is not an absolute path'),
        ("--external-visualizers=/a,b", '"b" is not an absolute path'),
        ("--log_file=/var/../etc/passwd", '"/var/../etc/passwd" leaves its folder'),
        ("--log_file=..", '".." leaves its folder'),
        ("--stderrthreshold=loud", '"loud" is no severity'),
        ("--log_backtrace_at=x", '"x" is not like file:line'),
    ],
)
def test_wrong_flags_and_values(line: str, wrong: str) -> None:
    """Each flag's type counts; a value never stands after a blank."""
    problems = _check(f'EXTRA_OPTIONS="{line}"')

    assert len(problems) == 1
    assert wrong in problems[0]


def test_all_wrong_flags_are_reported() -> None:
    """One problem for each."""
    assert len(_check('EXTRA_OPTIONS="--v=x --nonsense --relay-dir=/"')) == 3


def test_long_lines_are_refused() -> None:
    """Before they are looked at."""
    assert _check('EXTRA_OPTIONS="' + "-v " * 2000 + '"') == ["o: longer than 4096 characters"]


@hypothesis.settings(deadline=None)
@hypothesis.given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=80))
def test_what_is_accepted_is_flags_that_are_known(line: str) -> None:
    """For any printable line: accepted means that every word sets an allowed flag."""
    text = f'EXTRA_OPTIONS="{line}"'

    if not _check(text):
        for word in line.split():
            assert word.lstrip("-").partition("=")[0] in flags.ALLOWED
            assert not set(word) & set("$`;&|'\"\\")


@hypothesis.settings(deadline=None)
@hypothesis.given(st.text())
def test_any_text_is_judged(text: str) -> None:
    """Nothing raises."""
    assert isinstance(_check(text), list)
