# SPDX-License-Identifier: Apache-2.0
"""Environment files as systemd 252 reads them: the right-hand sides come from its own parser."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installer import environment_file as syntax

SYSTEMD: dict[bytes, dict[bytes, bytes]] = {
    b"": {},
    b"A=1": {b"A": b"1"},
    b"A=1\nA=2\n": {b"A": b"2"},
    b"A=1\r\nB=2\r\n": {b"A": b"1", b"B": b"2"},
    b"# A=1\n; B=2\nC=3 # no comment\n": {b"C": b"3 # no comment"},
    b"  A  =  1  \n": {b"A": b"1"},
    b"A=\n": {b"A": b""},
    b"A=''\n": {b"A": b""},
    b"A='a b'\"c d\"e\n": {b"A": b"a bc de"},
    b"A='a' 'b'\n": {b"A": b"ab"},
    b"A=a'b'\n": {b"A": b"a'b'"},
    b"A=a\\\nb\n": {b"A": b"ab"},
    b"A=a \\\n  b\n": {b"A": b"a   b"},
    b"A=a\\ \n": {b"A": b"a "},
    b"A='a\\n\nb'\n": {b"A": b"a\\n\nb"},
    b'A="a\\"b\\\\c\\`d\\$e\\xf\\\ng"\n': {b"A": b'a"b\\c`d$e\\xfg'},
    b'A="a': {b"A": b"a"},
    b"A=a\\": {b"A": b"a"},
    b"A\nB=1\n": {b"B": b"1"},
    b"export A=1\n": {b"export A": b"1"},
    b"# c\\\nA=1\nB=2\n": {b"B": b"2"},
    b"A=a\\\r\nB=1\n": {b"A": b"a", b"B": b"1"},
}


@pytest.mark.parametrize("data", SYSTEMD)
def test_files_are_read_as_systemd_reads_them(data: bytes) -> None:
    """Keys and values are those that systemd's own parser gives."""
    found = {one.key: one.text for one in syntax.assignments(data, comments_continue=True)}

    assert found == SYSTEMD[data]


def test_later_versions_end_a_comment_at_its_line() -> None:
    """Since version 254 a backslash does not continue a comment."""
    found = syntax.assignments(b"# c\\\nA=1\n", comments_continue=False)

    assert [one.key for one in found] == [b"A"]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (b"", []),
        (b"  a\tb\n c ", [b"a", b"b", b"c"]),
        (b"'a b' \"c d\"e", [b"a b", b"c de"]),
        (b"a\\ b", [b"a b"]),
        (b"'a\\'b'", [b"a'b"]),
        (b"a ''", [b"a", b""]),
        (b"a 'b c", [b"a", b"b c"]),
        (b"a \\", [b"a", b""]),
    ],
)
def test_words_are_unquoted_as_systemd_does(value: bytes, words: list[bytes]) -> None:
    """An unbraced variable is split at white space, and quotes are respected."""
    assert [word.text for word in syntax.words(value)] == words


@given(st.binary(max_size=60) | st.text("A= \t\n\r'\"\\#;a", max_size=60).map(str.encode))
def test_every_character_stands_for_its_bytes(data: bytes) -> None:
    """Whatever the file: the bytes that a value came from lie within the file, in order."""
    for found in syntax.assignments(data, comments_continue=True):
        at = found.equals + 1
        for char in found.value:
            assert at <= char.start < char.end <= len(data)
            assert data[char.end - 1] == char.byte or data[char.start] == char.byte
            at = char.end
