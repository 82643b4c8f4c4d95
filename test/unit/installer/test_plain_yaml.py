# SPDX-License-Identifier: Apache-2.0
"""The reader of plain YAML: right or refused, never a guess. PyYAML is the judge."""

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from installer import plain_yaml

TEXT = st.text(st.sampled_from("ab:#-|>'\"\\ \n{}[]&*!%@`?,./=$~ä0"), max_size=20)
TREES = st.recursive(
    TEXT | st.sampled_from(["true", "x\ny\n", "--v=2 $X", "a: b"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(TEXT | st.sampled_from(["name", "a/b"]), inner, max_size=3)
    ),
    max_leaves=8,
)
PIECES = st.sampled_from(
    [*"ab:#-|>'\"\\ \n{}[]&*!?,\t", "\n  ", "\n", "- ", ": ", "a: ", "\n- ", "|\n", "a: |\n  b\n"]
)


class Blocks(yaml.SafeDumper):
    """Writes texts of several lines as blocks, as Go's library does."""


Blocks.add_representer(
    str,
    lambda dumper, text: dumper.represent_scalar(
        "tag:yaml.org,2002:str", text, style="|" if "\n" in text else None
    ),
)


def plain(tree: Any) -> Any:
    """A tree in which nothing and the word for it are the same."""
    if isinstance(tree, dict):
        return {key: plain(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [plain(value) for value in tree]
    return "" if tree in (None, "null") else tree


@settings(max_examples=300)
@given(st.dictionaries(TEXT, TREES, min_size=1, max_size=4), st.booleans())
def test_what_is_written_is_read_or_refused(tree: dict[str, Any], blocks: bool) -> None:  # noqa: FBT001
    """A document that a library writes is read as that library reads it, or not at all."""
    text = yaml.dump(tree, Dumper=Blocks if blocks else yaml.SafeDumper, allow_unicode=True)
    try:
        found = plain_yaml.read(text.encode())
    except plain_yaml.NotPlain:
        return

    assert plain(found) == plain(yaml.load(text, Loader=yaml.BaseLoader))  # noqa: S506 - text only


@settings(max_examples=1000)
@given(
    st.lists(PIECES, max_size=14).map("".join).filter(lambda text: text.lstrip()[:1] not in "{[")
)
def test_no_text_is_read_as_something_else(text: str) -> None:
    """Any text: what is accepted is YAML, and means the same to a library."""
    try:
        found = plain_yaml.read(text.encode())
    except plain_yaml.NotPlain:
        return

    assert plain(found) == plain(yaml.load(text, Loader=yaml.BaseLoader))  # noqa: S506 - text only


def test_a_kubelets_configuration_is_read() -> None:
    """The shape of a KubeletConfiguration as Gardener writes it."""
    text = b"""apiVersion: kubelet.config.k8s.io/v1beta1
authentication:
  anonymous:
    enabled: false
cpuManagerPolicy: none
evictionHard:
  imagefs.available: 5%
  memory.available: 100Mi
featureGates: {}
kubeReserved:
  cpu: 80m
  pid: 20k
registerWithTaints:
- effect: NoSchedule
  key: "node.gardener.cloud/x"
tlsCipherSuites: []
volumePluginDir: /var/lib/kubelet/volumeplugins
"""

    assert plain_yaml.read(text) == yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506
    assert plain_yaml.read(b'{"a": [1, true, null, "x"]}') == {"a": ["1", "true", "null", "x"]}


@pytest.mark.parametrize(
    "text",
    [
        b"a: &x 1\n",
        b"a: *x\n",
        b"a: !!int 1\n",
        b"a: {b: c}\n",
        b"a: [b]\n",
        b"a: >\n  b\n",
        b"a: b\n  c\n",
        b'a: "b\n  c"\n',
        b"a: 1\na: 2\n",
        b"a:\n\tb: 1\n",
        b"<<: {}\n",
        b"a: 1\n---\nb: 2\n",
        b"\xff",
        b'{"a": 1, "a": 2}',
        b'{"a": ',
        b"word\n",
        b"a: |\n  cut",
        b"? a\n: b\n",
        b"%YAML 1.1\n---\na: 1\n",
        b"- " * 100,
    ],
)
def test_what_is_not_plain_is_refused(text: bytes) -> None:
    """Anchors, tags, flow collections, folding, doubled keys, further documents: refused."""
    with pytest.raises(plain_yaml.NotPlain):
        plain_yaml.read(text)
