# SPDX-License-Identifier: Apache-2.0
"""Templates to manifests, such that no value can say more than a value.

A template is a YAML text with Jinja2 in it, and every `{{ value }}` leaves as JSON on one line,
which is YAML too: quotes, line breaks, `---` or `{{` inside of a value stay inside of it. An
unknown name is an error. What a template prints is the manifest, byte for byte: nothing is parsed
and written again at run time, since templates are compiled once and a shoot must cost little.

Templates end in `.yaml.j2`; `{% include %}` joins parts (a macro's text would leave as a JSON
string). Nothing but values may stand behind `{{`, never a part of a key or of a word.
"""

import re
from collections.abc import Mapping
from json import JSONEncoder
from pathlib import Path
from typing import Any

import jinja2

Manifests = dict[str, bytes]
"""File name -> YAML (one or more documents), in the order of the names."""

_MAX_KEY_WRITTEN = 1000
"""Longest key, in characters as written. YAML wants to see the colon within 1024 of them."""

_MAX_KEY = _MAX_KEY_WRITTEN // 6 - 1
"""Keys up to this length are never too long, whatever is escaped in them."""

_UNPRINTABLE = re.compile("[\x7f-\xa0\xad\u2028\u2029\ufeff\ufffe\uffff]")
"""What JSON leaves as it is but YAML may not hold, takes for a line break, or hides from people."""

_SURROGATE = re.compile("[\ud800-\udfff]")

_ENCODER = JSONEncoder(ensure_ascii=False, sort_keys=True, allow_nan=False)


class RenderError(ValueError):
    """A value that cannot stand in a manifest, or a template that asks for an unknown one."""


class Renderer:
    """Renders the templates below a folder; make one and keep it, it keeps them compiled."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(root),
            undefined=jinja2.StrictUndefined,
            finalize=to_yaml,
            autoescape=False,  # noqa: S701 (no HTML; `finalize` is what escapes)
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
            cache_size=-1,
        )

    def render(self, template: str, values: Mapping[str, Any]) -> bytes:
        """One manifest.

        Args:
            template: name below the folder, with `/`, such as `chart/templates/rbac.yaml.j2`.
            values: what the template may use; strings, numbers, booleans, None, lists, mappings
                with string keys.

        Raises:
            RenderError: a name is unknown to the template's values, or a value cannot be written.
        """
        try:
            return self._environment.get_template(template).render(values).encode()
        except jinja2.TemplateError as error:
            raise RenderError(f"cannot render {template}: {error}") from error


def to_yaml(value: Any) -> str:
    """A value as one line of YAML that reads as exactly this value everywhere.

    Mappings are sorted by key, so equal values give equal bytes (MR-2).

    Raises:
        RenderError: the value has no such form, for example half of a surrogate pair.
        jinja2.UndefinedError: the value is undefined.
    """
    if isinstance(value, jinja2.Undefined):
        str(value)  # Raises: what is undefined has no form.
    _check_keys(value)
    try:
        text = _ENCODER.encode(value)
    except (TypeError, ValueError) as error:
        raise RenderError(
            f"cannot write a value of type {type(value).__name__}: {error}"
        ) from error
    if text.isascii() and "\x7f" not in text:
        return text
    if _SURROGATE.search(text):
        raise RenderError("cannot write text: it holds half of a surrogate pair")
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def _check_keys(value: Any) -> None:
    """Refuse keys that JSON would change to strings, and those too long for YAML."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                raise RenderError(f"cannot write a key of type {type(key).__name__}")
            if len(key) > _MAX_KEY and len(to_yaml(key)) > _MAX_KEY_WRITTEN:
                raise RenderError(f"cannot write a key of {len(key)} characters: too long")
            _check_keys(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _check_keys(item)
