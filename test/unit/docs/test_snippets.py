# SPDX-License-Identifier: Apache-2.0
"""Snippets in the documentation: YAML is that of the examples, commands are run if they can be."""

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]

FENCE = re.compile(
    r"^(?P<indent> *)```(?P<kind>[a-z]*)\n(?P<body>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL
)
PROMISE = re.compile(r"\s*<!-- (?P<prints>prints)?(?:, )?(?:exit status (?P<status>\d))? -->\n")
"""What follows a block of commands: they end so, and print what stands in the next block."""

RUN = re.compile(
    r"(\.venv/bin/)?gardener-extension-cri-resmgr (validate|render|diff .*--against)|sed |"
    r"(\.venv/bin/)?cri-resmgrctl (topology|simulate|explain|match|config validate) |"
    r"hacks/generate-controller-registration"
)
"""Commands that need no cluster, no root and no time: they are run."""

NOT_RUN = {
    r"kubectl ": "needs a real landscape",
    r"helm install ": "needs a cluster; test_admission shows what it installs at work",
    r"gardener-extension-cri-resmgr diff .*--namespace": "needs a real seed",
    r"make (setup|generate)$": "this test runs in what they make",
    r"PYTHONPATH=test .venv/bin/python -m garden.demo$": "takes a minute",
    r"make test\b": "runs this test",
    r"make (build-images|docker-images)": "needs an image builder, and test_images shows it",
    r"make bundle": "test_contents builds it",
    r"hacks/images base": "needs root",
    r"sudo ": "needs root; test_by_hand of the relay's tests runs them before a containerd",
}
"""Commands that are not run here -> why."""


@dataclass(frozen=True)
class Block:
    """A fenced block: where it stands, what it is called, its text, and what follows it."""

    page: Path
    line: int
    kind: str
    body: str
    after: str

    def __str__(self) -> str:
        """Name it."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def pages() -> list[Path]:
    """Give the pages whose snippets are promises: the documentation, and the front page."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(page: Path) -> list[Block]:
    """Give the fenced blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    found = []
    for match in FENCE.finditer(text):
        depth = len(match["indent"])
        body = "".join(line[depth:] or "\n" for line in match["body"].splitlines(keepends=True))
        number = text.count("\n", 0, match.start()) + 1
        found.append(Block(page, number, match["kind"], body, text[match.end() :]))
    return found


def of_kind(kind: str) -> list[Block]:
    """Give all blocks of a kind."""
    return [block for page in pages() for block in blocks(page) if block.kind == kind]


def contained(part: Any, whole: Any) -> bool:
    """Tell whether `part` is `whole` with keys of mappings and items of lists left out."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(
            key in whole and contained(value, whole[key]) for key, value in part.items()
        )
    if isinstance(part, list):
        return isinstance(whole, list) and all(
            any(contained(item, other) for other in whole) for item in part
        )
    if isinstance(part, str) and isinstance(whole, str) and part != whole and "\n" in part:
        return contained(yaml.safe_load(part), yaml.safe_load(whole))
    return type(part) is type(whole) and bool(part == whole)


def subtrees(value: Any) -> Iterator[Any]:
    """Give everything that stands in a document, texts that are YAML themselves included."""
    yield value
    if isinstance(value, str) and "\n" in value:
        value = yaml.safe_load(value)
        yield value
    below = value.values() if isinstance(value, dict) else value
    if isinstance(value, (dict, list)):
        for item in below:
            yield from subtrees(item)


@pytest.fixture(scope="module")
def examples() -> list[Any]:
    """Everything that stands in the examples."""
    return [
        subtree
        for path in sorted((ROOT / "examples").rglob("*.yaml"))
        for document in yaml.safe_load_all(path.read_text(encoding="utf-8"))
        for subtree in subtrees(document)
    ]


@pytest.mark.parametrize("block", of_kind("yaml"), ids=str)
def test_yaml_is_part_of_an_example(block: Block, examples: list[Any]) -> None:
    """A block of YAML is what an example holds, where it may leave keys and items out."""
    given = yaml.safe_load(block.body)

    assert isinstance(given, (dict, list))
    assert any(contained(given, example) for example in examples)


def test_parts_are_told_from_what_is_none() -> None:
    """A changed value, a missing key or a wrong type is no part of an example."""
    whole = {"a": [{"b": 1, "c": "x"}, {"b": 2}], "d": True}

    assert contained({"a": [{"c": "x"}]}, whole)
    assert not contained({"a": [{"b": 3}]}, whole)
    assert not contained({"e": None}, whole)
    assert not contained({"d": 1}, whole)
    assert not contained({"a": {"b": 1}}, whole)


def commands(block: Block) -> list[str]:
    """Give the command lines of a block, without comments."""
    lines = (re.sub(r"\s+#.*", "", line).strip() for line in block.body.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize("block", of_kind("console"), ids=str)
def test_each_command_is_run_or_has_a_reason(block: Block) -> None:
    """A command in the documentation is run by the test below, or it is said why it is not."""
    unknown = [
        command
        for command in commands(block)
        if not RUN.match(command) and not any(re.match(known, command) for known in NOT_RUN)
    ]

    assert commands(block)
    assert unknown == []


@pytest.mark.parametrize("reason", sorted(NOT_RUN))
def test_no_reason_is_stale(reason: str) -> None:
    """Each reason for not running a command is about one that is there."""
    given = [command for block in of_kind("console") for command in commands(block)]

    assert any(re.match(reason, command) for command in given)


PAGES_WITH_COMMANDS = [
    page
    for page in pages()
    if any(RUN.match(c) for b in blocks(page) if b.kind == "console" for c in commands(b))
]


@pytest.mark.parametrize("page", PAGES_WITH_COMMANDS, ids=lambda page: page.stem)
def test_commands_do_what_the_page_says(page: Path, tmp_path: Path) -> None:
    """The commands of a page work one after the other in an empty folder beside the checkout's
    examples, with the exit status and the output that the page shows.
    """
    for name in ("examples", "hacks", ".venv", "charts"):
        (tmp_path / name).symlink_to(ROOT / name)
    found = blocks(page)
    ran = 0
    for block, after in zip(found, [*found[1:], None], strict=True):
        given = [command for command in commands(block) if RUN.match(command)]
        if block.kind != "console" or not given:
            continue
        promise = PROMISE.match(block.after)
        answer = run("\n".join(given), tmp_path)
        ran += 1

        status = int(promise["status"] or 0) if promise else 0
        assert answer.returncode == status, f"{block}: {answer.stderr}"
        if promise and promise["prints"] and after:
            assert answer.stdout == after.body, str(block)

    assert ran


def run(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run commands in a folder, with the program on the path and without colour."""
    path = f"{ROOT / '.venv/bin'}:{os.environ['PATH']}"
    environment = {"PATH": path, "HOME": str(folder), "LANG": "C.UTF-8", "NO_COLOR": "1"}
    return subprocess.run(
        ["bash", "-ec", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
