# SPDX-License-Identifier: Apache-2.0
"""What programs that measure have in common."""

import argparse
import dataclasses
from pathlib import Path

import pytest

from bench import cli, shown

TABLES = [shown.Table((("what", "s"), ("a", "1")))]


def parsed(*words: str | Path) -> argparse.Namespace:
    """Read a command line."""
    parser = argparse.ArgumentParser()
    cli.add_arguments(parser)
    return parser.parse_args([*map(str, words)])


def test_a_report_is_written_where_it_was_asked_for(tmp_path: Path) -> None:
    """With folders on the way; else nowhere."""
    cli.write(parsed("-o", tmp_path / "a/b.json"), "{}\n")
    cli.write(parsed(), "other")

    assert (tmp_path / "a/b.json").read_text(encoding="utf-8") == "{}\n"


@dataclasses.dataclass(frozen=True, slots=True)
class Seconds:
    """A report."""

    seconds: int


def test_what_was_measured_is_shown_and_can_be_shown_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With `--read` nothing is measured."""
    measured: list[Seconds] = []

    def measure() -> Seconds:
        measured.append(Seconds(3))
        return measured[-1]

    def tables(report: Seconds) -> list[shown.Table]:
        return [shown.Table((("s",), (f"{report.seconds}",)))]

    for option in ("-o", "--read"):
        cli.finish(parsed(option, tmp_path / "a.json"), Seconds, measure, tables)

    assert measured == [Seconds(3)]
    assert capsys.readouterr().out == "s\n3\ns\n3\n"


def test_tables_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """For a terminal, or as Markdown."""
    cli.show(parsed(), TABLES)
    cli.show(parsed("--markdown"), TABLES)

    assert capsys.readouterr().out == "what  s\na     1\n| what | s |\n| --- | ---: |\n| a | 1 |\n"


def test_the_machine_is_described_around_what_else_there_is_to_say() -> None:
    """Its load comes last, before and after."""
    names = list(cli.Host().described({"containerd": "2"}))

    assert names[0] == "processors"
    assert names[-3:] == ["containerd", "load of the machine before", "load of the machine after"]


def test_progress_is_told_aside(capsys: pytest.CaptureFixture[str]) -> None:
    """Figures go to standard output."""
    cli.Progress()("half of it")

    shown_ = capsys.readouterr()
    assert shown_.out == ""
    assert shown_.err.endswith(" s  half of it\n")
