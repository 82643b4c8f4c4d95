# SPDX-License-Identifier: Apache-2.0
"""Rendering: a value stays a value, whatever is in it."""

import math
import unicodedata
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.component import rendering

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
"""Every text that can be written as UTF-8, control characters and line separators included."""

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
    max_leaves=10,
)


def renderer(folder: Path, **templates: str) -> rendering.Renderer:
    """A renderer over templates that are given as texts."""
    for name, text in templates.items():
        (folder / f"{name}.yaml.j2").write_text(text)
    return rendering.Renderer(folder)


@pytest.mark.parametrize("loader", [yaml.CSafeLoader, yaml.SafeLoader])
@settings(deadline=None)
@given(value=VALUES)
def test_a_value_reads_as_itself(loader: Any, value: Any) -> None:
    """Both of PyYAML's parsers give back exactly the value that was written."""
    assert yaml.load(rendering.to_yaml(value), Loader=loader) == value  # noqa: S506 (safe loaders)


@settings(deadline=None)
@given(value=VALUES)
def test_a_value_is_one_line_of_printable_characters(value: Any) -> None:
    """Nothing ends a line, starts a document, or is hidden from a reader."""
    written = rendering.to_yaml(value)

    assert written.splitlines() == [written]
    assert not [char for char in written if unicodedata.category(char) == "Cc"]


@settings(deadline=None)
@given(value=st.dictionaries(TEXT, VALUES, min_size=2))
def test_equal_mappings_give_equal_bytes(value: dict[str, Any]) -> None:
    """The order in which a mapping was made is not seen (MR-2)."""
    assert rendering.to_yaml(dict(reversed(value.items()))) == rendering.to_yaml(value)


@pytest.mark.parametrize(
    "value",
    [
        *("\ud800", {"a": ["\udfff"]}, math.nan, math.inf, b"bytes", {1: "a"}, {"a": {None: 1}}),
        *({"k" * 1100: 1}, {"\u2028" * 200: 1}, {1, 2}, object()),
    ],
)
def test_what_has_no_form_is_refused(value: Any) -> None:
    """Half characters, numbers without end, foreign types and keys too long for YAML."""
    with pytest.raises(rendering.RenderError, match="cannot write"):
        rendering.to_yaml(value)


def test_a_long_key_of_a_label_is_written() -> None:
    """A label's key may have 317 characters."""
    key = "a" * 253 + "/" + "b" * 63

    assert yaml.safe_load(rendering.to_yaml({key: "x"})) == {key: "x"}


@settings(deadline=None)
@given(value=TEXT)
def test_a_template_keeps_its_shape_with_any_text(
    value: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A text changes neither keys nor objects around it."""
    folder = tmp_path_factory.mktemp("templates")
    one = renderer(folder, one="a: {{ value }}\n---\nb:\n  c: [{{ value }}, x]\n")

    documents = list(yaml.safe_load_all(one.render("one.yaml.j2", {"value": value})))

    assert documents == [{"a": value}, {"b": {"c": [value, "x"]}}]


def test_an_unknown_name_is_an_error(tmp_path: Path) -> None:
    """A misspelt value is noticed and named."""
    one = renderer(tmp_path, one="a: {{ valeu }}\n", two="a: {{ value.nmae }}\n")

    with pytest.raises(rendering.RenderError, match=r"one\.yaml\.j2.*valeu"):
        one.render("one.yaml.j2", {"value": 1})
    with pytest.raises(rendering.RenderError, match="nmae"):
        one.render("two.yaml.j2", {"value": {"name": 1}})


def test_a_missing_template_is_an_error(tmp_path: Path) -> None:
    """The name of the template is told."""
    with pytest.raises(rendering.RenderError, match="none"):
        renderer(tmp_path).render("none.yaml.j2", {})


def test_comments_and_statements_leave_no_trace(tmp_path: Path) -> None:
    """Only what a template prints is in the manifest, byte for byte."""
    text = "{# why #}\na: 1\n{% if yes %}\n  {# more #}\nb: {{ b }}\n{% endif %}\n"
    one = renderer(tmp_path, one=text)

    assert one.render("one.yaml.j2", {"yes": True, "b": "x"}) == b'a: 1\nb: "x"\n'
