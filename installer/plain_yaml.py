# SPDX-License-Identifier: Apache-2.0
"""Reads the plain YAML that Gardener's programs write, and refuses everything else.

No YAML library is on a node. What gardener-node-agent and the kubelet's files hold is block style:
mappings and lists by indentation, scalars in one line or as `|` blocks, empty `{}` and `[]`; or
JSON.
Whatever could mean something else than it seems (anchors, tags, flow collections, folded blocks,
scalars over several lines, tabs, doubled keys) raises `NotPlain`, so that nobody acts on a guess.
Scalars stay text: only double and single quotes are taken off.
"""

import json
import re
from dataclasses import dataclass

LIMIT = 16 << 20
_DEPTH = 40

Tree = str | list["Tree"] | dict[str, "Tree"]
"""What is read: scalars are text, null among them (`null`, `~`, or nothing)."""

_KEY = re.compile(
    r"""("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[A-Za-z0-9_./][A-Za-z0-9_./@+-]*) *:(?: +|$)"""
)
_PLAIN = re.compile(r"[A-Za-z0-9_./$~+(=^;<\\\u0080-\U0010ffff].*|-[^\s,\[\]{}-].*|--.*")
_BLOCK = re.compile(r"\|([1-9]?)([+-]?)|\|([+-]?)([1-9]?)")
_DOUBLE = re.compile(r'"((?:[^"\\]|\\.)*)"')
_SINGLE = re.compile(r"'((?:[^']|'')*)'")
_ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", re.DOTALL)
_SIMPLE = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r",
    "e": "\x1b", " ": " ", '"': '"', "/": "/", "\\": "\\", "N": "\x85", "_": "\xa0",
    "L": "\u2028", "P": "\u2029",
}  # fmt: skip


class NotPlain(ValueError):
    """The text is not YAML of the kind that is read here; `line` counts from 1."""

    def __init__(self, line: int, cause: str) -> None:
        self.line = line
        super().__init__(f"line {line}: {cause}")


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    indent: int
    text: str


def read(data: bytes) -> Tree:
    """The document. Raises `NotPlain`."""
    if len(data) > LIMIT:
        raise NotPlain(1, "too large")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise NotPlain(1, "not UTF-8") from None
    if text.lstrip()[:1] in ("{", "["):
        return _json(text)
    return _Reader(text).document()


def _json(text: str) -> Tree:
    try:
        return _texts(json.loads(text, object_pairs_hook=_once))
    except (ValueError, RecursionError) as error:
        raise NotPlain(getattr(error, "lineno", 1), "neither JSON nor block style") from None


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a key is given twice")
    return dict(pairs)


def _texts(value: object) -> Tree:
    if isinstance(value, dict):
        return {key: _texts(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_texts(item) for item in value]
    return value if isinstance(value, str) else json.dumps(value)


class _Reader:
    """Goes through the lines once."""

    def __init__(self, text: str) -> None:
        # Only these end lines in YAML 1.1 as Go's library writes it; others would be ambiguous.
        for char in "\x85\u2028\u2029\0":
            if char in text:
                raise NotPlain(text[: text.index(char)].count("\n") + 1, "an unusual line end")
        self._lines = text.replace("\r\n", "\n").split("\n")
        self._at = 0

    def document(self) -> Tree:
        if self._peek() is not None and self._lines[self._at].rstrip() == "---":
            self._at += 1
        first = self._peek()
        if first is None:
            return "null"
        if not _KEY.match(first.text) and not (first.text + " ").startswith("- "):
            raise NotPlain(first.number, "neither a mapping nor a list")
        tree = self._node(first.indent, 0)
        rest = self._peek()
        if rest is not None:
            raise NotPlain(rest.number, "not understood here")
        return tree

    def _peek(self) -> _Line | None:
        """The next line with content."""
        while self._at < len(self._lines):
            line = self._lines[self._at]
            text = line.lstrip(" ")
            if text.strip(" ") and not text.startswith("#"):
                if "\t" in text or "\r" in text:
                    raise NotPlain(self._at + 1, "a tab, or a carriage return within the line")
                return _Line(self._at + 1, len(line) - len(text), text.rstrip(" "))
            self._at += 1
        return None

    def _node(self, indent: int, depth: int) -> Tree:
        line = self._peek()
        if line is None or depth > _DEPTH:
            raise NotPlain(self._at, "nested too deeply")
        if line.text == "-" or line.text.startswith("- "):
            return self._list(indent, depth)
        if _KEY.match(line.text):
            return self._mapping(indent, depth)
        self._at += 1
        return self._scalar(line, line.text, indent - 1)

    def _list(self, indent: int, depth: int) -> list[Tree]:
        found: list[Tree] = []
        while (line := self._peek()) is not None and line.indent == indent:
            if line.text == "-":
                self._at += 1
                found.append(self._below(indent, depth))
            elif line.text.startswith("- "):
                # What follows the dash stands as if it were indented that far.
                rest = line.text[1:].lstrip(" ")
                inner = indent + len(line.text) - len(rest)
                if rest == "-" or rest.startswith("- ") or _KEY.match(rest):
                    self._lines[self._at] = " " * inner + rest
                    found.append(self._node(inner, depth + 1))
                else:
                    self._at += 1
                    found.append(self._scalar(line, rest, indent))
            else:
                break
        self._end(indent)
        return found

    def _mapping(self, indent: int, depth: int) -> dict[str, Tree]:
        found: dict[str, Tree] = {}
        while (line := self._peek()) is not None and line.indent == indent:
            if line.text == "-" or line.text.startswith("- "):
                break
            match = _KEY.match(line.text)
            if match is None:
                raise NotPlain(line.number, "not a key with a value")
            key = self._quoted(line, match[1]) if match[1][0] in "\"'" else match[1]
            if key in found or key == "<<":
                raise NotPlain(line.number, f"key {key} is given twice")
            self._at += 1
            rest = line.text[match.end() :]
            if not rest or rest.startswith("#"):
                found[key] = self._below(indent, depth, of_key=True)
            else:
                found[key] = self._scalar(line, rest, indent)
        self._end(indent)
        return found

    def _below(self, indent: int, depth: int, *, of_key: bool = False) -> Tree:
        line = self._peek()
        if line is None:
            return "null"
        # A list may stand as far left as the key that it belongs to.
        same = of_key and line.indent == indent and (line.text + " ").startswith("- ")
        if line.indent > indent or same:
            return self._node(line.indent, depth + 1)
        return "null"

    def _end(self, indent: int) -> None:
        line = self._peek()
        if line is not None and line.indent > indent:
            raise NotPlain(line.number, "indented further than what it belongs to")

    def _scalar(self, line: _Line, text: str, indent: int) -> Tree:
        block = _BLOCK.fullmatch(text.split(" #", maxsplit=1)[0].rstrip())
        if block:
            size = block[1] or block[4]
            return self._block(indent, int(size or 0), block[2] or block[3] or "")
        following = self._peek()
        if following is not None and following.indent > indent and self._at != 0:
            raise NotPlain(following.number, "a scalar over several lines")
        if text[0] in "\"'":
            return self._quoted(line, text)
        text = text.split(" #", maxsplit=1)[0].rstrip()
        if text in ("{}", "[]"):
            return {} if text == "{}" else []
        if not _PLAIN.fullmatch(text) or ": " in text or text.endswith(":"):
            raise NotPlain(line.number, "a value of a kind that is not read here")
        if text in ("...", "---") or text.startswith(("--- ", "... ")):
            raise NotPlain(line.number, "a second document")
        return text

    def _quoted(self, line: _Line, text: str) -> str:
        for pattern in (_DOUBLE, _SINGLE):
            match = pattern.match(text)
            if match:
                rest = text[match.end() :].lstrip(" ")
                if rest and not rest.startswith("#"):
                    break
                if pattern is _SINGLE:
                    return match[1].replace("''", "'")
                return _ESCAPE.sub(lambda escape: self._unescape(line, escape[1]), match[1])
        raise NotPlain(line.number, "quotes that do not end in their line")

    def _unescape(self, line: _Line, escape: str) -> str:
        if escape in _SIMPLE:
            return _SIMPLE[escape]
        if len(escape) > 1 and (number := int(escape[1:], 16)) < 0x110000:
            return chr(number)
        raise NotPlain(line.number, f"an unknown escape \\{escape}")

    def _block(self, indent: int, size: int, chomp: str) -> str:
        """A literal block below a key or dash at `indent`."""
        inner = max(indent, 0) + size if size else self._inner(indent)
        begun = self._at
        while self._at < len(self._lines) and inner:
            line = self._lines[self._at]
            if line.strip(" ") and _width(line) < inner:
                break
            self._at += 1
        taken = [line[inner:] for line in self._lines[begun : self._at]]
        if self._at == len(self._lines) and taken:
            if self._lines[-1]:
                raise NotPlain(self._at, "a block that the end of the file cuts off")
            taken.pop()  # What split() gives behind the last newline.
        text = "".join(f"{line}\n" for line in taken)
        body = text.rstrip("\n")
        if chomp == "+":
            return text
        return body if chomp == "-" or not body else body + "\n"

    def _inner(self, indent: int) -> int:
        """How far the block that begins here is indented, by its first line; 0 for an empty one."""
        blank = 0
        for at in range(self._at, len(self._lines)):
            line = self._lines[at]
            if line.strip(" "):
                if _width(line) > indent and blank > _width(line):
                    raise NotPlain(at + 1, "a block that begins with blanks")
                return _width(line) if _width(line) > indent else 0
            blank = max(blank, len(line))
        return 0


def _width(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
