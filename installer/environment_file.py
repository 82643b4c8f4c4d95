# SPDX-License-Identifier: Apache-2.0
r"""systemd's environment files, read as systemd reads them, with the place of every character.

The rules are those of systemd.exec(5), `EnvironmentFile=`, as its parser has them: comments begin a
line with `#` or `;`; blanks around keys and unquoted values are dropped; within single quotes all
is literal; within double quotes a backslash escapes `"`, `\`, `` ` ``, `$` and a newline; elsewhere
it escapes anything; quoted and unquoted parts are joined; carriage returns end lines as newlines
do.
"""

from dataclasses import dataclass
from enum import Enum, auto

BLANKS = b" \t\n\r"
_NEWLINES = b"\n\r"
_COMMENTS = b"#;"
_ESCAPED_IN_QUOTES = b'"\\`$'


@dataclass(frozen=True, slots=True)
class Char:
    """A byte of a value, and the bytes of the file `[start, end)` that stand for it."""

    byte: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Assignment:
    """One assignment. `start` is the first byte of the key, `equals` that of the sign.

    `value` is what systemd makes of it; `closed` is where further characters can be put: behind
    the last character that counts, or within the last quotes. `complete` is false for quotes that
    do not end.
    """

    key: bytes
    start: int
    equals: int
    value: tuple[Char, ...]
    closed: int
    complete: bool

    @property
    def text(self) -> bytes:
        """The value as systemd passes it on."""
        return bytes(char.byte for char in self.value)


class _State(Enum):
    PRE_KEY = auto()
    KEY = auto()
    PRE_VALUE = auto()
    VALUE = auto()
    VALUE_ESCAPE = auto()
    SINGLE = auto()
    DOUBLE = auto()
    DOUBLE_ESCAPE = auto()
    COMMENT = auto()
    COMMENT_ESCAPE = auto()


class _Reader:
    """The parser's automaton; one byte at a time."""

    def __init__(self, *, comments_continue: bool) -> None:
        self._comments_continue = comments_continue
        self.found: list[Assignment] = []
        self.state = _State.PRE_KEY
        self._key = bytearray()
        self._start = self._equals = self._closed = 0
        self._value: list[Char] = []
        self._kept = 0

    def take(self, at: int, byte: int) -> None:
        self._TABLE[self.state](self, at, byte)

    def end(self) -> None:
        if self.state not in (
            _State.PRE_KEY,
            _State.KEY,
            _State.COMMENT,
            _State.COMMENT_ESCAPE,
        ):
            self._push(complete=self.state in (_State.PRE_VALUE, _State.VALUE, _State.VALUE_ESCAPE))

    def _push(self, *, complete: bool = True) -> None:
        # Trailing blanks count unless they end an unquoted part; `_kept` knows.
        value = self._value[: self._kept] if self.state is _State.VALUE else self._value
        key = bytes(self._key).rstrip(BLANKS)
        self.found.append(
            Assignment(key, self._start, self._equals, tuple(value), self._closed, complete)
        )
        self.state = _State.PRE_KEY

    def _pre_key(self, at: int, byte: int) -> None:
        if byte in _COMMENTS:
            self.state = _State.COMMENT
        elif byte not in BLANKS:
            self.state = _State.KEY
            self._start = at
            self._key = bytearray([byte])

    def _in_key(self, at: int, byte: int) -> None:
        if byte in _NEWLINES:
            self.state = _State.PRE_KEY
        elif byte == ord("="):
            self.state = _State.PRE_VALUE
            self._equals = at
            self._closed = at + 1
            self._value = []
            self._kept = 0
        else:
            self._key.append(byte)

    def _pre_value(self, at: int, byte: int) -> None:
        if byte in _NEWLINES:
            self._push()
        elif byte == ord("'"):
            self.state = _State.SINGLE
        elif byte == ord('"'):
            self.state = _State.DOUBLE
        elif byte == ord("\\"):
            self._escape = at
            self.state = _State.VALUE_ESCAPE
        elif byte not in BLANKS:
            self.state = _State.VALUE
            self._add(byte, at, at + 1)

    def _in_value(self, at: int, byte: int) -> None:
        if byte in _NEWLINES:
            self._push()
        elif byte == ord("\\"):
            self._escape = at
            self.state = _State.VALUE_ESCAPE
            # A backslash makes the blanks before it count.
            self._kept = len(self._value)
        elif byte in BLANKS:
            self._value.append(Char(byte, at, at + 1))
        else:
            self._add(byte, at, at + 1)

    def _value_escape(self, at: int, byte: int) -> None:
        self.state = _State.VALUE
        if byte not in _NEWLINES:
            self._value.append(Char(byte, self._escape, at + 1))
        self._kept = len(self._value)
        self._closed = at + 1

    def _single(self, at: int, byte: int) -> None:
        if byte == ord("'"):
            self.state = _State.PRE_VALUE
            self._closed = at
        else:
            self._add(byte, at, at + 1)

    def _double(self, at: int, byte: int) -> None:
        if byte == ord('"'):
            self.state = _State.PRE_VALUE
            self._closed = at
        elif byte == ord("\\"):
            self._escape = at
            self.state = _State.DOUBLE_ESCAPE
        else:
            self._add(byte, at, at + 1)

    def _double_escape(self, at: int, byte: int) -> None:
        self.state = _State.DOUBLE
        if byte in _ESCAPED_IN_QUOTES:
            self._add(byte, self._escape, at + 1)
        elif byte != ord("\n"):
            self._add(ord("\\"), self._escape, at)
            self._add(byte, at, at + 1)

    def _comment(self, _at: int, byte: int) -> None:
        if byte == ord("\\"):
            self.state = _State.COMMENT_ESCAPE
        elif byte in _NEWLINES:
            self.state = _State.PRE_KEY

    def _comment_escape(self, _at: int, byte: int) -> None:
        # Until version 253 a backslash at its end continued a comment in the next line.
        ends = byte in _NEWLINES and not self._comments_continue
        self.state = _State.PRE_KEY if ends else _State.COMMENT

    def _add(self, byte: int, start: int, end: int) -> None:
        self._value.append(Char(byte, start, end))
        self._kept = len(self._value)
        self._closed = end

    _escape = 0
    _TABLE = {  # noqa: RUF012 - a table of methods, never changed
        _State.PRE_KEY: _pre_key,
        _State.KEY: _in_key,
        _State.PRE_VALUE: _pre_value,
        _State.VALUE: _in_value,
        _State.VALUE_ESCAPE: _value_escape,
        _State.SINGLE: _single,
        _State.DOUBLE: _double,
        _State.DOUBLE_ESCAPE: _double_escape,
        _State.COMMENT: _comment,
        _State.COMMENT_ESCAPE: _comment_escape,
    }


def assignments(data: bytes, *, comments_continue: bool) -> tuple[Assignment, ...]:
    """Every assignment in the file, in order; of one key the last counts.

    `comments_continue`: as systemd before version 254 reads a comment that ends in a backslash.
    """
    reader = _Reader(comments_continue=comments_continue)
    for at, byte in enumerate(data):
        reader.take(at, byte)
    reader.end()
    return tuple(reader.found)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a value: its text, and which characters of the value `[first, last)` make it."""

    text: bytes
    first: int
    last: int


def words(value: bytes) -> tuple[Word, ...]:
    """The words that an unbraced `$KEY` in a command line becomes.

    It is split at white space; quotes are respected and removed, and a backslash takes the next
    character as it is (systemd.service(5), command lines).
    """
    found: list[Word] = []
    word = bytearray()
    first = -1
    quote = 0
    escaped = False
    for at, byte in enumerate(value):
        if escaped:
            word.append(byte)
            escaped = False
        elif byte == ord("\\"):
            escaped = True
            first = at if first < 0 else first
        elif quote:
            if byte == quote:
                quote = 0
            else:
                word.append(byte)
        elif byte in BLANKS:
            if first >= 0:
                found.append(Word(bytes(word), first, at))
                word, first = bytearray(), -1
        else:
            first = at if first < 0 else first
            if byte in b"'\"":
                quote = byte
            else:
                word.append(byte)
    if first >= 0:
        found.append(Word(bytes(word), first, len(value)))
    return tuple(found)
