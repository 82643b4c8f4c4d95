# SPDX-License-Identifier: Apache-2.0
"""Rules for every file of the project: licence lines, versions, fragments, forbidden text."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

SPDX = "SPDX-License-Identifier: Apache-2.0"

WITH_SPDX = {".py", ".sh", ".toml"}
"""Suffixes of files whose first lines must tell the licence; scripts are told by `#!`."""

FRAGMENT = re.compile(r"[a-z0-9][a-z0-9-]*\.(feature|fix|breaking|deprecation|doc)\.md")

DECISION = re.compile(r"\d{4}-[a-z0-9-]+\.md")

URL_HOSTS = re.compile(r"https?://([a-z0-9.-]+)", re.IGNORECASE)

LOCK_HOSTS = {"pypi.org", "files.pythonhosted.org"}
"""The public Python package index: a lock that names another host works on one machine only."""


def text_of(path: Path) -> str:
    """Give a file's text, or nothing when it is none."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def test_sources_tell_their_licence(checkout: Path, tracked: list[Path]) -> None:
    """Every source and script names its licence in its first lines."""
    silent = []
    for path in tracked:
        text = text_of(path)
        head = "\n".join(text.splitlines()[:3])
        wanted = path.suffix in WITH_SPDX or text.startswith("#!")
        if wanted and SPDX not in head:
            silent.append(str(path.relative_to(checkout)))

    assert silent == []


def test_scripts_can_be_started(checkout: Path, tracked: list[Path]) -> None:
    """A file that begins with `#!` is executable."""
    dead = [
        str(path.relative_to(checkout))
        for path in tracked
        if text_of(path).startswith("#!") and not path.stat().st_mode & 0o111
    ]

    assert dead == []


def test_there_is_one_version(checkout: Path) -> None:
    """The charts carry the version of `pyproject.toml`."""
    project = tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    charts = {
        path: yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in (checkout / "charts").glob("*/Chart.yaml")
    }

    assert charts
    for path, chart in charts.items():
        assert chart["version"] == project["version"], path
        assert chart["appVersion"] == f"v{project['version']}", path


def test_the_lock_names_the_public_index_only(checkout: Path) -> None:
    """`uv.lock` names no host but the public index: a mirror's name would break other machines."""
    hosts = set(URL_HOSTS.findall((checkout / "uv.lock").read_text(encoding="utf-8")))

    assert hosts == LOCK_HOSTS


def test_news_fragments_are_named_by_kind(checkout: Path) -> None:
    """A file in `changelog.d` is called WORDS.KIND.md; CONTRIBUTING.md lists the kinds."""
    wrong = [
        path.name
        for path in (checkout / "changelog.d").iterdir()
        if path.name != "README.md" and not FRAGMENT.fullmatch(path.name)
    ]

    assert wrong == []


def test_decisions_have_a_number_each(checkout: Path) -> None:
    """Decisions are called NNNN-title.md, and no number is used twice."""
    names = sorted(path.name for path in (checkout / "docs/decisions").glob("[0-9]*.md"))

    assert all(DECISION.fullmatch(name) for name in names)
    assert len({name[:4] for name in names}) == len(names)


@pytest.mark.parametrize("folder", ["tutorials", "how-to", "reference", "explanation", "decisions"])
def test_documentation_has_its_four_kinds_and_the_decisions(checkout: Path, folder: str) -> None:
    """Each kind of documentation has a folder, and the first page leads to it."""
    index = (checkout / "docs/index.md").read_text(encoding="utf-8")

    assert any((checkout / "docs" / folder).glob("*.md"))
    assert f"({folder}/" in index


def test_links_between_pages_lead_somewhere(checkout: Path, tracked: list[Path]) -> None:
    """A relative link in a Markdown file names a file or folder of the project."""
    broken = []
    for page in (path for path in tracked if path.suffix == ".md"):
        text = re.sub(r"```.*?```|`[^`]*`", "", text_of(page), flags=re.DOTALL)
        broken += [
            f"{page.relative_to(checkout)}: {target}"
            for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
            if "://" not in target and not (page.parent / target).exists()
        ]

    assert broken == []


def test_no_file_names_a_developers_machine(checkout: Path, tracked: list[Path]) -> None:
    """No file names a folder of the machine that it was written on, or one beside the checkout."""
    words = re.compile(r"(?<![\w.\-])/(?:work|home|Users)/\w|\.\./shared\b")
    found = [
        f"{path.relative_to(checkout)}: {match.group()}"
        for path in tracked
        for match in words.finditer(text_of(path))
    ]

    assert found == []
