# SPDX-License-Identifier: Apache-2.0
"""Judges the ConfigMaps `cri-resmgr-config.<TYPE>` before they are stored.

By the same code as in the seed and on a node, so that what is taken here is refused there only for
what a node alone knows: its CPUs, its containers. Names and keys: configurations, section 5.
"""

from collections.abc import Mapping

from resmgr.config import documents, extra_options, module, types
from resmgr.config.problem import Findings, Place, kind
from resmgr.config.schemas import tree

from . import review

PREFIX = "cri-resmgr-config."

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
    texts = {key: value for key, value in (data or {}).items() if isinstance(value, str)}
    if ending in _FILES:
        _judge_file(_FILES[ending], texts, place.key("data"))
        return []
    if not types.judge(ending, Place("metadata.name", place.findings)):
        return []
    return _judge_document(texts, place.key("data"))


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
    document = documents.joined(texts, place)
    if document is None:
        return []
    laid = module.lay(tree.ROOT, document, place)
    if place.findings.count > before:
        return []
    return [str(warning) for warning in documents.warnings(laid, place.path)]
