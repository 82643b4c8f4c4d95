# SPDX-License-Identifier: Apache-2.0
"""Judges the ConfigMaps `cri-resmgr-config.<TYPE>` before they are stored.

By the same code as in the seed and on a node, so that what is taken here is refused there only for
what a node alone knows: its CPUs, its containers. Names and keys: configurations, section 5.
"""

from collections.abc import Mapping
from typing import Any

from resmgr.config import documents, extra_options, module, text, types
from resmgr.config.problem import Findings, Place, kind
from resmgr.config.schemas import tree

from . import review

PREFIX = "cri-resmgr-config."

MAX_TEXTS = 64
"""Keys of a ConfigMap; there are not as many modules."""

MAX_CHARACTERS = 512 * 1024
"""Of all texts together."""

_FILES = {
    "fallback": "fallback.cfg",
    "force": "force.cfg",
    "extra-options": "EXTRA_OPTIONS.cfg",
}
"""TYPEs that become a file, by the end of the ConfigMap's name -> the one key that it has."""


def judge(request: review.Request) -> review.Verdict:
    """Refuse a ConfigMap of ours that no node could use, with all that is wrong with it."""
    name = _name(request)
    if not name.startswith(PREFIX):
        return review.Verdict()
    findings = Findings()
    warnings = _judge(name.removeprefix(PREFIX), request.object, Place("", findings))
    if not findings.count:
        return review.Verdict(warnings=warnings)
    listed = "; ".join(str(problem) for problem in findings.problems())
    return review.refuse(f"cannot use ConfigMap {name}: {listed}")


def _name(request: review.Request) -> str:
    """Give the object's name; a request to create may leave it to the object."""
    if request.name:
        return request.name
    metadata = request.object.get("metadata") if isinstance(request.object, Mapping) else None
    name = metadata.get("name") if isinstance(metadata, Mapping) else None
    return name if isinstance(name, str) else ""


def _judge(ending: str, given: object, place: Place) -> list[str]:
    data = given.get("data") if isinstance(given, Mapping) else None
    if isinstance(given, Mapping) and given.get("binaryData"):
        place.key("binaryData").problem("it is not read", "write text, under data")
    if data is not None and not isinstance(data, Mapping):
        place.key("data").problem(f"expected a mapping, got {kind(data)}")
        return []
    texts = _texts(data or {}, place.key("data"))
    if ending in _FILES:
        _judge_file(_FILES[ending], texts, place.key("data"))
        return []
    if not types.judge(ending, Place("metadata.name", place.findings)):
        return []
    return _judge_document(texts, place.key("data"))


def _texts(data: Mapping[Any, Any], place: Place) -> dict[str, str]:
    if len(data) > MAX_TEXTS:
        place.problem(f"more than {MAX_TEXTS} keys")
        return {}
    texts = {key: value for key, value in data.items() if isinstance(value, str)}
    if sum(map(len, texts.values())) > MAX_CHARACTERS:
        place.problem(f"all texts together are longer than {MAX_CHARACTERS // 1024} KiB")
        return {}
    return texts


def _judge_file(key: str, texts: Mapping[str, str], place: Place) -> None:
    for other in sorted(set(texts) - {key}):
        place.key(other).problem("it is not read", f"the text stands under {key}")
    content = texts.get(key)
    if content is None:
        place.problem(f"key {key} is missing")
    elif key.startswith(types.EXTRA_OPTIONS):
        extra_options.judge(content, place.key(key))
    else:
        documents.judge(content, place.key(key))


def _judge_document(texts: Mapping[str, str], place: Place) -> list[str]:
    """Judge a text a module, as the node agent hands them to the daemon."""
    before = place.findings.count
    document = {}
    for key, value in sorted(texts.items()):
        loaded = text.load(value, place.key(key))
        document[key] = None if loaded is None else loaded.value
    if place.findings.count > before:
        return []
    laid = module.lay(tree.ROOT, document, place)
    if place.findings.count > before:
        return []
    return [str(warning) for warning in documents.warnings(laid, place.path)]
