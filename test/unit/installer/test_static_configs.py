# SPDX-License-Identifier: Apache-2.0
"""Static configurations, judged once more on the node."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installer import problem, static_configs
from resmgr.config import extra_options, flags
from resmgr.config import problem as config_problem


def test_the_flags_are_those_of_the_seed() -> None:
    """The lists repeat those that the seed judges by."""
    assert set(flags.ALLOWED) == static_configs.SWITCHES | static_configs.VALUED
    assert set(flags.REFUSED) == static_configs.REFUSED
    assert {
        flag for flag, known in flags.ALLOWED.items() if known.type is flags.TRUTH
    } == static_configs.SWITCHES


WORDS = st.lists(
    st.sampled_from(
        [
            *(f"--{flag}" for flag in sorted(static_configs.SWITCHES)),
            *(f"--{flag}=5" for flag in sorted(static_configs.VALUED)),
            *(f"-{flag}=/a" for flag in sorted(static_configs.REFUSED)),
            "--metrics-interval=5s",
            "--log_dir=/var/../x",
            "--",
            "x",
            "--nosuch",
            "--v=$X",
            "--v=a;b",
            "--v",
            "a'b",
            "\n",
            "ä",
        ]
    ),
    max_size=4,
).map(lambda words: f'EXTRA_OPTIONS="{" ".join(words)}"\n')


@given(WORDS | st.text(max_size=40))
def test_what_the_seed_accepts_is_accepted_with_the_same_words(line: str) -> None:
    """A line that passes the seed's check passes ours, and gives the daemon the same words; what
    ours refuses, the seed refuses as well.
    """
    try:
        words = static_configs.words(line.encode())
    except problem.Problem:
        words = None

    findings = config_problem.Findings()
    extra_options.judge(line, config_problem.Place("", findings))
    if not findings.count:
        assert words == tuple(line.split('"')[1].split())


@pytest.mark.parametrize(
    "line",
    [
        b'EXTRA_OPTIONS="--relay-socket=/x"\n',
        b'EXTRA_OPTIONS="-force-config=/x"\n',
        b'EXTRA_OPTIONS="--v=1 --v=2"\n',
        b'EXTRA_OPTIONS="--v"\n',
        b'EXTRA_OPTIONS="--log_dir=/a/../b"\n',
        b'EXTRA_OPTIONS="--nosuch"\n',
        b'EXTRA_OPTIONS="v=1"\n',
        b'EXTRA_OPTIONS="--v=$(reboot)"\n',
        b'EXTRA_OPTIONS="--v=1;reboot"\n',
        b'EXTRA_OPTIONS="--v=1"\nLD_PRELOAD=/tmp/x\n',
        b"EXTRA_OPTIONS=--v=1\n",
        b'EXTRA_OPTIONS="' + b"x" * 5000 + b'"\n',
        b"\xff",
        b"",
    ],
)
def test_what_could_do_harm_is_refused(line: bytes) -> None:
    """Flags of the installation, doubled ones, shell characters and further lines are refused."""
    with pytest.raises(problem.Problem, match="cannot use EXTRA_OPTIONS"):
        static_configs.judge({static_configs.EXTRA_OPTIONS: line})


@pytest.mark.parametrize(
    ("given_files", "env"),
    [
        ({}, b'EXTRA_OPTIONS=""\n'),
        (
            {"fallback.cfg": b"a: 1\n"},
            b'EXTRA_OPTIONS="--fallback-config=/etc/cri-resmgr/fallback.cfg"\n',
        ),
        (
            {"fallback.cfg": b"a: 1\n", "force.cfg": b"b: 1\n"},
            b'EXTRA_OPTIONS="--force-config=/etc/cri-resmgr/force.cfg"\n',
        ),
        (
            {"force.cfg": b"", "EXTRA_OPTIONS.cfg": b'EXTRA_OPTIONS=" --v=4  --disable-ui "'},
            b'EXTRA_OPTIONS="--force-config=/etc/cri-resmgr/force.cfg --v=4 --disable-ui"\n',
        ),
    ],
)
def test_the_units_environment_has_the_options(given_files: dict[str, bytes], env: bytes) -> None:
    """The environment file carries the configuration's flag and the owner's words."""
    judged = static_configs.judge(given_files)

    assert judged == {**given_files, static_configs.RELAY_ENV: env}


@pytest.mark.parametrize("content", [b"\xff", b"a\0b"])
def test_a_configuration_is_text(content: bytes) -> None:
    """What is no text is no configuration."""
    with pytest.raises(problem.Problem, match=r"cannot use fallback\.cfg: it is no text"):
        static_configs.judge({static_configs.FALLBACK: content})
