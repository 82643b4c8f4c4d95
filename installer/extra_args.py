# SPDX-License-Identifier: Apache-2.0
"""Our one argument in the kubelet's environment file: bytes in, bytes out.

`merge` puts it behind the words of the last `KUBELET_EXTRA_ARGS`, or on a line of its own before
everything else; `remove` takes exactly that away again, so that a file that nobody changed in
between is what it was, byte for byte. Both check their own result by reading it again.
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from . import environment_file as syntax
from . import names, problem

LIMIT = 256 << 10
"""Bytes of a file that we change."""

_KEY = names.EXTRA_ARGS_KEY.encode()
_OURS = names.ENDPOINT_ARGUMENT.encode()
_FLAG = names.ENDPOINT_FLAG.encode()
_LINE = _KEY + b"=" + _OURS
_SHOWN = 200
"""Characters of the owner's text in a message."""


class ExtraArgsProblem(problem.Problem):
    """The file cannot carry our argument, or is another's in what we would change."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the kubelet gets from the file.

    `words`: those of the last assignment, None without one. `ours`: our argument is the last
    endpoint among them. `foreign`: other endpoints, as the owner wrote them.
    """

    words: tuple[str, ...] | None
    ours: bool
    foreign: tuple[str, ...]


def read(data: bytes) -> Reading:
    """What systemd and the kubelet make of the file. Raises `ExtraArgsProblem` if that is unclear.

    Unclear are: NUL bytes, keys or values that are not UTF-8 (systemd then drops the whole file),
    control characters in the value, quotes that do not end, and a comment that ends in a backslash
    before our key (systemd's versions differ).
    """
    _judge(data)
    last = _last(data)
    if last is None:
        return Reading(None, ours=False, foreign=())
    found = [word.text for word in syntax.words(last.text)]
    foreign = tuple(_text(word) for word in _foreign(found))
    return Reading(tuple(_text(word) for word in found), _OURS in found, foreign)


def merge(data: bytes) -> bytes:
    """The file with our argument in it; the same bytes if it is there already.

    Raises `ExtraArgsProblem` for a file that is unclear (see `read`), is too large, or has another
    endpoint; the message shows the owner's text.
    """
    reading = read(data)
    if reading.foreign:
        raise ExtraArgsProblem(
            f"cannot move the kubelet: {names.EXTRA_ARGS_PATH} has another container runtime "
            f"endpoint: {', '.join(reading.foreign)}",
            f"remove it from {names.EXTRA_ARGS_KEY}, or leave this node out",
        )
    if reading.ours:
        return data
    # It may stand in an assignment that a later one overrides.
    data = remove(data)
    last = _last(data)
    if last is None:
        merged = _LINE + b"\n" + data
    else:
        merged = data[: last.closed] + b" " + _OURS + data[last.closed :]
    # A quote or a backslash in the owner's words would swallow ours: then this fails.
    expected = (*(reading.words or ()), _text(_OURS))
    try:
        became = read(merged).words
    except ExtraArgsProblem:
        became = None
    if became != expected or remove(merged) != data:
        raise _unclear("its words cannot be told from ours", data)
    return merged


def remove(data: bytes) -> bytes:
    """The file without our argument, wherever it is; every other byte is kept.

    Works on files of any kind, since giving the kubelet back must not fail for what others wrote:
    other endpoints are left alone. Raises `ExtraArgsProblem` only if our word cannot be taken out.
    """
    result = data
    for comments_continue in (True, False):
        for found in reversed(_ours(result, comments_continue=comments_continue)):
            result = _without(result, found)
    left = any(
        _OURS in (word.text for word in syntax.words(found.text))
        for comments_continue in (True, False)
        for found in _ours(result, comments_continue=comments_continue)
    )
    if left:
        raise _unclear("our argument cannot be taken out", data)
    return result


def tidy(data: bytes) -> bytes:
    """The file without one empty assignment of our key in a line of its own at its beginning.

    The rescue leaves it of a line that was ours alone.
    """
    return data.removeprefix(_KEY + b"=\n")


def has(data: bytes) -> bool:
    """Whether our argument is anywhere in the file, whether or not it counts. Never raises."""
    return remove(data) != data


def line(data: bytes) -> str:
    """The owner's last assignment, cut, for messages and tables; empty without one."""
    last = _last(data)
    return _text(data[last.start :].split(b"\n")[0])[:_SHOWN] if last else ""


def _judge(data: bytes) -> None:
    if len(data) > LIMIT:
        raise _unclear(f"it is larger than {LIMIT} bytes", b"")
    if b"\0" in data:
        raise _unclear("it holds a NUL byte, so systemd does not read it", b"")
    old, new = (syntax.assignments(data, comments_continue=how) for how in (True, False))
    for found in (*old, *new):
        if not (_is_utf8(found.key) and _is_utf8(found.text)):
            raise _unclear(f"{_text(found.key)[:40]} is not UTF-8, so systemd ignores it all", b"")
    if _ending(old) != _ending(new):
        raise _unclear("a comment that ends in a backslash reaches into it", data)
    last = _ending(old)
    if last is None:
        return
    if not last.complete:
        raise _unclear("it has a quote that does not end", data)
    if any((byte < 0x20 and byte not in b"\t\n") or byte == 0x7F for byte in last.text):
        raise _unclear("it has a control character, so systemd drops it", data)
    if b"--" in (word.text for word in syntax.words(last.text)):
        raise _unclear("a word -- ends the kubelet's flags", data)


def _ending(found: Iterable[syntax.Assignment]) -> syntax.Assignment | None:
    """The assignment that counts."""
    return next((one for one in reversed(tuple(found)) if one.key == _KEY), None)


def _last(data: bytes) -> syntax.Assignment | None:
    return _ending(syntax.assignments(data, comments_continue=False))


def _ours(data: bytes, *, comments_continue: bool) -> list[syntax.Assignment]:
    return [
        found
        for found in syntax.assignments(data, comments_continue=comments_continue)
        if found.key == _KEY and _OURS in (word.text for word in syntax.words(found.text))
    ]


def _foreign(words: list[bytes]) -> list[bytes]:
    """Endpoint arguments that are not ours, with their value where it is a word of its own."""
    foreign = []
    for word, value in itertools.zip_longest(words, words[1:], fillvalue=b""):
        # The kubelet takes underscores for hyphens in its flags.
        flag, equals, _ = word.partition(b"=")
        if flag.replace(b"_", b"-") == _FLAG and word != _OURS:
            foreign.append(word if equals else word + b" " + value)
    return foreign


def _without(data: bytes, found: syntax.Assignment) -> bytes:
    """The file without our words in this assignment, and without the line that was ours alone."""
    end = found.start + len(_LINE)
    begins_line = found.start == 0 or data[found.start - 1 : found.start] in (b"\n", b"\r")
    if begins_line and data[found.start : end] == _LINE:
        for ending in (b"\r\n", b"\n"):
            if data.startswith(ending, end):
                return data[: found.start] + data[end + len(ending) :]
        if end == len(data):
            return data[: found.start]
    drop: set[int] = set()
    for word in syntax.words(found.text):
        if word.text == _OURS:
            first, last = _with_a_blank(found, word)
            for char in found.value[first:last]:
                drop.update(range(char.start, char.end))
            before = found.value[word.first].start - 1
            if word.first == 0 and before == found.equals + 1 and data[before] == ord(" "):
                drop.add(before)
    return bytes(byte for at, byte in enumerate(data) if at not in drop)


def _with_a_blank(found: syntax.Assignment, word: syntax.Word) -> tuple[int, int]:
    """The word with the blank that we put before it, or, where it is the first, that behind it."""
    if word.first > 0:
        return word.first - 1, word.last
    return 0, min(word.last + 1, len(found.value))


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def _text(value: bytes) -> str:
    return value.decode(errors="backslashreplace")


def _unclear(cause: str, data: bytes) -> ExtraArgsProblem:
    shown = line(data)
    return ExtraArgsProblem(
        f"cannot change {names.EXTRA_ARGS_KEY} in {names.EXTRA_ARGS_PATH}: {cause}"
        + (f": {shown}" if shown else ""),
        f"mend {names.EXTRA_ARGS_PATH} on the node",
    )
