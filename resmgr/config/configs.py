# SPDX-License-Identifier: Apache-2.0
"""A whole set of configurations, TYPE to text: the operator's, or the one of a shoot.

Limits on the set, and who wins. Each TYPE's text is judged as a document or as options.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import documents, extra_options, types
from .problem import Findings, Place, Problem, kind

MAX_BYTES = 512 * 1024
"""UTF-8 bytes of all names and texts together."""

MAX_TYPES = 1000
"""TYPEs in a set; each becomes an object in the shoot."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What a set holds, as far as it is right."""

    texts: dict[str, str | None]
    """A text is None where the input has None or blanks, which withdraws the operator's text."""

    documents: dict[str, dict[str, Any]]
    """The documents among the texts, parsed; read-only."""


def check(mapping: Mapping[str, str], path: str) -> tuple[dict[str, str], list[Problem]]:
    """Judge a set in which each TYPE has a text; its right part, and all that is wrong."""
    findings = Findings()
    judged = judge(mapping, Place(path, findings))
    return {name: text or "" for name, text in judged.texts.items()}, findings.problems()


def warnings(mapping: Mapping[str, str | None], path: str) -> list[Problem]:
    """What may be wrong with a right set, though a node may know better."""
    judged = judge(mapping, Place(path, Findings()))
    found = document_warnings(judged, Place(path, Findings()))
    empty = (name for name, text in judged.texts.items() if text is None)
    return found + [Problem(f"{path}.{name}", "empty text", "remove it") for name in empty]


def document_warnings(judged: Judged, place: Place) -> list[Problem]:
    """The warnings of each document."""
    return [
        warning
        for name, document in judged.documents.items()
        for warning in documents.warnings(document, place.key(name).path)
    ]


def merge(operator: Mapping[str, str], shoot: Mapping[str, str | None]) -> dict[str, str]:
    """The texts that count for a shoot, sorted by TYPE.

    A shoot's text replaces the operator's as a whole; None or blanks withdraw it.
    """
    merged = {**operator, **shoot}
    return {name: text for name, text in sorted(merged.items()) if text and not text.isspace()}


def judge(given: object, place: Place) -> Judged:
    """As `check` for any input, reporting at `place` among the findings of a bigger input."""
    judged = Judged({}, {})
    if not isinstance(given, Mapping):
        place.problem(f"expected a mapping from TYPE to text, got {kind(given)}")
        return judged
    if len(given) > MAX_TYPES:
        place.problem(f"more than {MAX_TYPES} TYPEs")
        return judged
    total = 0
    for name, content in given.items():
        if not isinstance(name, str):
            place.problem(f"expected text as a key, got {kind(name)}")
            continue
        total += len(name) + (len(content) if isinstance(content, str) else 0)
        if total <= MAX_BYTES:
            total += _judge_type(name, content, place.key(name), judged)
    if total > MAX_BYTES:
        place.problem(f"all TYPEs together are longer than {MAX_BYTES // 1024} KiB")
    return judged


def _judge_type(name: str, content: object, place: Place, judged: Judged) -> int:
    """Judge one TYPE; the bytes that its text has beyond its characters."""
    before = place.findings.count
    types.judge(name, place)
    if content is None or (isinstance(content, str) and not content.strip()):
        content = None
    elif not isinstance(content, str):
        place.problem(f"expected text, got {kind(content)}", _HINT)
    elif name == types.EXTRA_OPTIONS:
        extra_options.judge(content, place)
    elif (document := documents.judge(content, place)) is not None:
        judged.documents[name] = document
    if place.findings.count > before:
        judged.documents.pop(name, None)
        return 0
    judged.texts[name] = content if isinstance(content, str) else None
    return len(content.encode()) - len(content) if isinstance(content, str) else 0


_HINT = "write TYPE: | and the document indented below it"
