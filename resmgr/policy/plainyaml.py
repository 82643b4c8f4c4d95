# SPDX-License-Identifier: Apache-2.0
"""YAML in annotations: small, plain and strict, since whoever makes pods writes it.

One document of a few levels without anchors, tags and duplicate keys. It is looked at event by
event first, so that neither depth nor size of what comes out is up to the writer.
"""

from typing import Any

import yaml

MAX_CHARACTERS = 64 * 1024
MAX_DEPTH = 8


class BadYaml(ValueError):
    """A text is not what is taken; the message says why, in a few words."""


class _Loader(yaml.CSafeLoader):
    """Refuses keys that are there twice."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    result: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise BadYaml(f"line {key_node.start_mark.line + 1}: a key has to be text")
        key = key_node.value
        if key in result:
            raise BadYaml(f"line {key_node.start_mark.line + 1}: key {key[:40]!r} is there twice")
        result[key] = loader.construct_object(value_node, deep=True)
    return result


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def load(text: str) -> Any:
    """Give what a text holds; keys are text as it is written. Raises `BadYaml`."""
    if len(text) > MAX_CHARACTERS:
        raise BadYaml(f"it has more than {MAX_CHARACTERS} characters")
    try:
        _judge(text)
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader with stricter mappings
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise BadYaml(f"{line}{error.problem}") from error
    except BadYaml:
        raise
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise BadYaml("it is no YAML") from error


def _judge(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise BadYaml("anchors are not taken")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise BadYaml(f"it is nested more than {MAX_DEPTH} times")
