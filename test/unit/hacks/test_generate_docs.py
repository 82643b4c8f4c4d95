# SPDX-License-Identifier: Apache-2.0
"""The generator of the parts of the documentation that the code knows."""

import importlib.util
import shutil
import sys
import types
from pathlib import Path

import pytest

from controller import names, settings
from resmgr.config import module, schema

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = ROOT / "hacks/generate_docs.py"


def _module() -> types.ModuleType:
    spec = importlib.util.spec_from_file_location(PROGRAM.stem, PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = loaded
    spec.loader.exec_module(loaded)
    return loaded


generate_docs = _module()


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """A copy of the documentation."""
    return shutil.copytree(ROOT / "docs", tmp_path / "docs")


def test_second_run_changes_nothing(docs: Path) -> None:
    """What has been generated is current."""
    assert generate_docs.main([], docs) == 0
    assert generate_docs.main(["--check"], docs) == 0


def test_check_finds_a_stale_page_and_writes_nothing(
    docs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With --check a changed block is named, left as it is, and the exit code is 1."""
    generate_docs.main([], docs)
    capsys.readouterr()
    page = docs / "reference/names.md"
    stale = page.read_text("utf-8").replace(names.FINALIZER, "another")
    page.write_text(stale, "utf-8")

    assert generate_docs.main(["--check"], docs) == 1
    assert "names.md is not current" in capsys.readouterr().err
    assert page.read_text("utf-8") == stale


def test_what_people_write_stays(docs: Path) -> None:
    """Text outside of the blocks is left alone."""
    page = docs / "reference/metrics.md"
    page.write_text(page.read_text("utf-8") + "\nA person's words.\n", "utf-8")
    generate_docs.main([], docs)

    assert page.read_text("utf-8").endswith("\nA person's words.\n")


def test_page_without_its_block_is_refused(docs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A block that has no place in its page is an error that says what to write."""
    (docs / "reference/names.md").write_text("# Names\n", "utf-8")

    assert generate_docs.main([], docs) == 2
    assert "write <!-- generated: names --> once" in capsys.readouterr().err


def test_block_that_nothing_writes_is_refused() -> None:
    """A block in a page that no function writes is an error: it would never be current."""
    with pytest.raises(ValueError, match="nothing writes the blocks other"):
        generate_docs.fill("<!-- generated: other -->\n<!-- end -->\n", {})


def test_blocks_keep_backslashes() -> None:
    """A backslash in a block reaches the page as it is."""
    page = generate_docs.fill("<!-- generated: a -->\n<!-- end -->\n", {"a": lambda: r"x\1 \| y"})

    assert page == "<!-- generated: a -->\n\nx\\1 \\| y\n\n<!-- end -->\n"


def test_tables_escape_pipes_and_line_breaks() -> None:
    """A cell stays one cell, whatever stands in it."""
    assert generate_docs.table(["a"], [["x | y\nz"]]) == "| a |\n| --- |\n| x \\| y z |"


def test_constants_without_docstring_are_refused(tmp_path: Path) -> None:
    """A fixed name that nobody explains is an error that names it."""
    source = tmp_path / "source.py"
    source.write_text('A = "a"\n"""Said."""\nB = "b"\nC = "c"\n"""Said."""\n', "utf-8")
    fake = types.ModuleType("source")
    fake.__file__ = str(source)

    with pytest.raises(ValueError, match="cannot document B of source"):
        generate_docs.documented_names(fake)


def test_every_setting_is_read_under_its_documented_path() -> None:
    """The reader takes each setting by the path and the default that the reference gives."""
    documented = {key: generate_docs.setting_form(key, default) for key, default, _ in listed()}

    assert documented["cleanup.timeout"] == ("duration, at least 0", "`30m`")
    assert documented["nodeReport.period"] == ("duration, at least 5s", "`1m`")
    assert documented["monitoring.enabled"] == ("true or false", "`true`")
    assert documented["clientConnection.maxConnections"] == (
        "whole number from 1 to 1000",
        "`32`",
    )
    for key, (_, default) in documented.items():
        assert "unknown key" not in generate_docs.complaint(key, default.strip("`")), key


def listed() -> list[tuple[str, object, str]]:
    """Give all settings."""
    return list(generate_docs.settings_of(settings.Settings))


def test_keys_of_modules_and_of_mappings_below_are_listed() -> None:
    """A module's keys, those of a mapping in a list, and of one by name, each have a line."""
    record = schema.Record((schema.Field("Inner", schema.Boolean(), "Inside."),))
    fields = (
        schema.Field("Plain", schema.Integer(0, 3), "A number.", unit="kHz", default="1"),
        schema.Field("Many", schema.ListOf(record), "A list.", required=True),
        schema.Field("Named", schema.MapOf(record, "class name"), "A mapping."),
    )
    child = module.Module("child", "A module.", fields)
    text = "\n".join(generate_docs.module_parts(module.Module("", "", children=(child,)), ""))

    assert "## `child`\n\nA module." in text
    assert "| `Plain` | whole number from 0 to 3 (kHz) | `1` | A number. |" in text
    assert "| `Many` | list of mappings, see `child.Many[]` | required | A list. |" in text
    assert "### `child.Named.<class name>`" in text
    assert text.count("| `Inner` | true or false |") == 2


def test_every_command_is_on_the_page() -> None:
    """The help of each command is there, in a width that no terminal changes."""
    text = generate_docs.commands_block()

    for name in ("run", "render", "validate", "diff", "completion"):
        assert f"Usage: gardener-extension-cri-resmgr {name}" in text
    assert max(map(len, text.splitlines())) <= generate_docs.WIDTH


def test_metrics_have_their_labels() -> None:
    """Metrics without a value at the start are listed with their labels, too."""
    text = generate_docs.metrics_block()

    assert "| `rest_client_requests_total` | counter | `code`, `method` |" in text
    assert "| `cri_resmgr_extension_health` | gauge | `condition`, `shoot` |" in text
    assert "process_" not in text


def test_decisions_are_listed_by_title(tmp_path: Path) -> None:
    """A decision's line has its number and title and leads to its page."""
    folder = tmp_path / "docs/decisions"
    folder.mkdir(parents=True)
    (folder / "0007-why.md").write_text("# 7. Why it is so\n", "utf-8")

    assert generate_docs.decisions_block(tmp_path) == "* 7: [Why it is so](decisions/0007-why.md)"
