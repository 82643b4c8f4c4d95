# SPDX-License-Identifier: Apache-2.0
"""Header lists: what one is, and whether RFC 9113, section 8, allows it.

A `Block` is shared by everybody who sees the same header block again, so a judgement is made once.
"""

import functools
import re

Field = tuple[bytes, bytes]
"""Name and value."""

Fields = tuple[Field, ...]

_NAME = re.compile(rb"[!#$%&'*+\-.^_`|~0-9a-z]+")
_BAD_VALUE = re.compile(rb"[\x00\r\n]|^[ \t]|[ \t]$")
_STATUS = re.compile(rb"[1-9][0-9][0-9]")
_LENGTH = re.compile(rb"[0-9]{1,18}")
_SHORT = 160
"""Bytes of the fields whose judgement is remembered: most of them come with every call."""

_CONNECTION_SPECIFIC = frozenset(
    (b"connection", b"proxy-connection", b"keep-alive", b"transfer-encoding", b"upgrade")
)
_REQUEST_PSEUDO = frozenset((b":method", b":scheme", b":path", b":authority"))
_RESPONSE_PSEUDO = frozenset((b":status",))


class Block:
    """One header list: fields in order, and what has been found out about them.

    Compared by identity: the decoder gives the same object for the same block. `too_large` tells
    that fields were left out since the list was over the limit.
    """

    __slots__ = ("_content_length", "_request", "_response", "_trailers", "fields", "too_large")

    def __init__(self, fields: Fields, *, too_large: bool = False) -> None:
        self.fields = fields
        self.too_large = too_large
        self._request: str | None = None
        self._response: str | None = None
        self._trailers: str | None = None
        self._content_length: int | None = None

    def __repr__(self) -> str:
        return f"Block({self.fields!r})"

    def get(self, name: bytes) -> bytes | None:
        """The value of the first field of this name."""
        for key, value in self.fields:
            if key == name:
                return value
        return None

    @property
    def request_problem(self) -> str:
        """Why this is no head of a request; empty when it is one."""
        if self._request is None:
            self._request = _request_problem(self.fields)
        return self._request

    @property
    def response_problem(self) -> str:
        """Why this is no head of a response; empty when it is one."""
        if self._response is None:
            self._response = _response_problem(self.fields)
        return self._response

    @property
    def trailers_problem(self) -> str:
        """Why these are no trailers; empty when they are."""
        if self._trailers is None:
            self._trailers = _problem(self.fields, frozenset())
        return self._trailers

    @property
    def content_length(self) -> int:
        """The announced bytes of content, or -1; for a head without problem."""
        if self._content_length is None:
            text = self.get(b"content-length")
            self._content_length = -1 if text is None else int(text)
        return self._content_length

    @property
    def informational(self) -> bool:
        """Whether this head of a response is only a 1xx before the real one."""
        return self.fields[0][1].startswith(b"1")


def _problem(fields: Fields, pseudo: frozenset[bytes]) -> str:
    """What is wrong with any header list (RFC 9113, section 8.2), with these pseudo-fields."""
    seen: set[bytes] = set()
    lengths: set[bytes] = set()
    regular = False
    for name, value in fields:
        short = len(name) + len(value) <= _SHORT
        found = _short_field_problem(name, value) if short else _field_problem(name, value)
        if found:
            return found
        if name[:1] == b":":
            if regular or name not in pseudo or name in seen:
                return f"the pseudo-field {name!r} does not belong here"
            seen.add(name)
        else:
            regular = True
            if name == b"content-length":
                lengths.add(value)
    return "content-length" if len(lengths) > 1 else ""


def _field_problem(name: bytes, value: bytes) -> str:
    """What is wrong with a field, wherever it stands."""
    if _BAD_VALUE.search(value):
        return f"the value of the field {name!r}"
    if name[:1] == b":":
        return ""
    if not _NAME.fullmatch(name) or name in _CONNECTION_SPECIFIC:
        return f"the field name {name!r}"
    if name == b"te" and value != b"trailers":
        return "te other than trailers"
    if name == b"content-length" and not _LENGTH.fullmatch(value):
        return "content-length"
    return ""


_short_field_problem = functools.lru_cache(maxsize=512)(_field_problem)


def _request_problem(fields: Fields) -> str:
    """What is wrong with the head of a request (RFC 9113, sections 8.3.1 and 8.5)."""
    found = _problem(fields, _REQUEST_PSEUDO)
    if found:
        return found
    heads = dict(fields[: len(_REQUEST_PSEUDO)])
    method = heads.get(b":method")
    path = heads.get(b":path")
    if method == b"CONNECT":
        if b":scheme" in heads or path is not None or not heads.get(b":authority"):
            return "CONNECT has an :authority and neither :scheme nor :path"
        return ""
    if not method or not path or not heads.get(b":scheme"):
        return "a request needs :method, :scheme and :path"
    if not path.startswith(b"/") and not (path == b"*" and method == b"OPTIONS"):
        return "a :path that does not begin with a slash"
    return ""


def _response_problem(fields: Fields) -> str:
    """What is wrong with the head of a response (RFC 9113, section 8.3.2)."""
    found = _problem(fields, _RESPONSE_PSEUDO)
    if found:
        return found
    if not fields or fields[0][0] != b":status":
        return "no :status"
    if not _STATUS.fullmatch(fields[0][1]) or fields[0][1] == b"101":
        return f"the :status {fields[0][1]!r}"
    return ""
