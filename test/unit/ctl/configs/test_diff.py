# SPDX-License-Identifier: Apache-2.0
"""`config diff`: what counts, files, the next start."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from node import pages as stand_in
from unit.ctl import pages
from unit.ctl.checks import nodes

from ctl import exits, main

STATIC = "policy: {Active: static, static: {RelaxedIsolation: true}}\n"
PAGE: dict[str, Any] = {**pages.CONFIG, "below": {"logger": {"Debug": "all"}}}
CONFIG_MAP = """
kind: ConfigMap
metadata: {name: cri-resmgr-config.default}
data: {policy: "{Active: balloons}", policy.static: "{RelaxedIsolation: true}"}
"""


def compare(root: Path, *words: str, page: dict[str, Any] = PAGE) -> int:
    """Run it beside a daemon with policy static on a machine of four CPUs."""
    nodes.cpus(root, 4)
    with stand_in.served(root / "s", {"/config": json.dumps(page)}):
        beside = (f"--socket={root / 's'}", f"--sysfs-root={root}", "--relay-dir=/state")
        return main.main(["config", "diff", *beside, *words])


def file(root: Path, text: str, name: str = "a.yaml") -> str:
    """Write a file; give its name."""
    (root / name).write_text(text)
    return str(root / name)


def test_what_counts_and_a_file_that_says_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the daemon's command line says lies below the file as well."""
    assert compare(tmp_path, "-f", file(tmp_path, STATIC)) == exits.FINE
    assert capsys.readouterr().out.startswith("no difference: fallback configuration /etc/")


def test_what_counts_and_a_config_map(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Key by key, with who is who."""
    name = file(tmp_path, CONFIG_MAP)

    assert compare(tmp_path, "-f", name) == exits.PROBLEM
    assert capsys.readouterr().out.splitlines() == [
        "--- fallback configuration /etc/cri-resmgr/fallback.cfg, generation 1",
        f"+++ {name}",
        "~ policy.Active: static -> balloons",
    ]


def test_standard_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What kubectl prints can be piped in."""
    monkeypatch.setattr("sys.stdin", io.StringIO(CONFIG_MAP))

    assert compare(tmp_path, "-f", "-", "-o", "json") == exits.PROBLEM
    assert json.loads(capsys.readouterr().out)["differences"] == [
        {"path": "policy.Active", "change": "changed", "before": "static", "after": "balloons"}
    ]


def test_two_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No daemon is asked."""
    one, other = file(tmp_path, STATIC), file(tmp_path, "policy: {Active: none}", "b.yaml")
    status = main.main(["config", "diff", "--socket=/nowhere/s", one, other])

    assert status == exits.PROBLEM
    assert capsys.readouterr().out.splitlines()[2:] == [
        "~ policy.Active: static -> none",
        "- policy.static.RelaxedIsolation: true",
    ]


def test_a_default_that_is_written_down(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is a difference of the files, and none of what they mean."""
    one = file(tmp_path, "policy: {Active: static}")
    other = file(tmp_path, "policy: {Active: static, static: {RelaxedIsolation: false}}", "b.yaml")

    assert main.main(["config", "diff", one, other]) == exits.PROBLEM
    assert "+ policy.static.RelaxedIsolation: false" in capsys.readouterr().out
    assert main.main(["config", "diff", "--effective", one, other]) == exits.FINE


def test_the_next_start_would_use_the_same(tmp_path: Path) -> None:
    """The fallback has not been changed since."""
    text = "policy: {Active: static, ReservedResources: {CPU: 1}}"
    nodes.put(tmp_path / "etc/cri-resmgr/fallback.cfg", text)
    data = {"Active": "static", "ReservedResources": {"CPU": 1}}
    logger = pages.CONFIG["modules"]["logger"]
    page = {**PAGE, "modules": {"policy": {"data": data}, "logger": logger}}

    assert compare(tmp_path, page=page) == exits.FINE


def test_the_next_start_would_use_another_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody has edited a file since."""
    nodes.put(tmp_path / "etc/cri-resmgr/force.cfg", "policy: {Active: none}")

    assert compare(tmp_path, "-o", "yaml") == exits.PROBLEM
    out = capsys.readouterr().out
    assert "after: 'next start: forced configuration" in out
    assert "path: policy.static.RelaxedIsolation" in out


def test_the_next_start_would_find_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Then defaults count, and what environment and command line say."""
    assert compare(tmp_path) == exits.PROBLEM
    out = capsys.readouterr().out
    assert "+++ next start: defaults" in out
    assert "logger" not in out


def test_the_next_start_would_fail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is not known then what is different."""
    nodes.put(tmp_path / "etc/cri-resmgr/force.cfg", "policy: {Actve: none}")

    assert compare(tmp_path) == exits.USAGE
    err = capsys.readouterr().err
    assert "cannot compare with the next start, which would fail: forced configuration" in err
    assert "policy.Actve: unknown key" in err


def started_with(origin: str, name: str) -> dict[str, Any]:
    """The page of a daemon whose command line names a file."""
    layers = [{"origin": origin, "name": name, "state": "counts"}]
    return {**PAGE, "origin": origin, "name": name, "layers": layers}


@pytest.mark.parametrize("origin", ["forced configuration", "fallback configuration"])
def test_a_file_that_the_command_line_names(
    origin: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The next start reads that, and not those where files usually are."""
    nodes.put(tmp_path / "opt/own.cfg", "policy: {Active: none}")
    nodes.put(tmp_path / "etc/cri-resmgr/force.cfg", "policy: {Active: balloons}")

    assert compare(tmp_path, page=started_with(origin, "/opt/own.cfg")) == exits.PROBLEM
    out = capsys.readouterr().out
    assert f"+++ next start: {origin} {tmp_path}/opt/own.cfg" in out
    assert "policy.Active: static -> none" in out


@pytest.mark.parametrize(
    ("name", "why"), [("/opt/own.cfg", "cannot be read here"), ("own.cfg", "a folder not known")]
)
def test_a_named_file_that_is_not_known(
    name: str, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is named; defaults are not taken for it."""
    assert compare(tmp_path, page=started_with("forced configuration", name)) == exits.USAGE
    err = capsys.readouterr().err
    assert f"next start would use: forced configuration {name}" in err
    assert why in err


@pytest.mark.parametrize("words", [["a"], ["a", "b", "c"], ["a", "b", "-f", "c"]])
def test_another_number_of_files(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """It says what may be given."""
    assert main.main(["config", "diff", *words]) == exits.USAGE
    assert "give two files, or one with -f, or none" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["policy: {Actve: x}", "policy: ["])
def test_a_wrong_file_is_no_difference(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is wrong is told, with another status than that of a difference."""
    assert compare(tmp_path, "-f", file(tmp_path, text)) == exits.USAGE
    assert "cannot use" in capsys.readouterr().err


def test_no_daemon(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is known of what counts."""
    assert main.main(["config", "diff", "--socket=/nowhere/s"]) == exits.UNREACHABLE
    assert "cannot ask the daemon" in capsys.readouterr().err
