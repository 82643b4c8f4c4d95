# SPDX-License-Identifier: Apache-2.0
"""Configurations judged."""

from pathlib import Path

import pytest

from resmgr.config.problem import ConfigProblems
from resmgr.daemon.configuring import configuration
from resmgr.daemon.configuring.configuration import CannotRead, Judge

JUDGE = Judge(policies=("none", "static"), defaults={})


def problems(text: str, judge: Judge = JUDGE) -> list[str]:
    """Give what is wrong with a document."""
    with pytest.raises(ConfigProblems) as caught:
        judge.of_text(text)
    return [str(problem) for problem in caught.value.problems]


def test_every_problem_is_told_at_once() -> None:
    """Five errors of different kinds are five problems with their paths."""
    found = problems(
        """
        policy:
          Actve: static
          ReservedResources: {CPU: much}
          static: {RelaxedIsolation: 3}
        rdt: {options: {l3: {optional: true}}}
        dump: {Config: 'loud:.*'}
        """
    )

    assert [problem.split(":")[0] for problem in found] == [
        "policy.Actve",
        "policy.ReservedResources.CPU",
        "policy.static.RelaxedIsolation",
        "dump.Config",
        "rdt",
    ]
    assert "did you mean Active" in found[0]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "rdt: {partitions: {a: {l2Allocation: 50%, classes: {b: {}}}}}",
            "rdt: cache and memory bandwidth classes are not part of this version, remove it",
        ),
        (
            "blockio: {Classes: {a: []}}",
            "blockio: block I/O classes are not part of this version, remove it",
        ),
        ("rdt: {}", "rdt: cache and memory bandwidth classes are not part of this version"),
        ("rdt.options: {l3: {}}", "rdt: cache and memory bandwidth classes are not part"),
        (
            "resource-manager: {control.page-migration: {}}",
            "resource-manager.control.page-migration: page migration are not part",
        ),
        (
            "resource-manager.control.page-migration: {MaxPageMoveCount: 5}",
            "resource-manager.control.page-migration: page migration are not part",
        ),
        (
            "instrumentation: {JaegerAgent: 'host:6831'}",
            "instrumentation.JaegerAgent: tracing is not part of this version, remove it",
        ),
        (
            "resource-manager: {control: {Controllers: {rdt: required}}}",
            "controller rdt is not part of this version, write relaxed or disabled",
        ),
        (
            "policy: {Active: topology-aware, ReservedResources: {CPU: 1}}",
            "policy.Active: policy topology-aware is not part of this version, it has none, static",
        ),
    ],
)
def test_parts_that_come_later_are_refused_by_name(text: str, problem: str) -> None:
    """Nothing is silently without effect."""
    assert [one for one in problems(text) if problem in one]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "blockio:",
        "rdt.options:",
        "resource-manager: {control: {page-migration: , Controllers: {rdt: relaxed}}}",
        "instrumentation: {JaegerAgent: '', Sampling: production}",
        "policy: {Active: none, topology-aware: {PinCPU: false}}",
    ],
)
def test_what_asks_for_nothing_of_them_is_right(text: str) -> None:
    """Names with nothing behind them, and sections of policies that are not active."""
    assert JUDGE.of_text(text).settings.policy.active == "none"


def test_levels_of_klog_are_told_to_have_no_effect() -> None:
    """Whoever sets them may wait for messages that never come."""
    judged = JUDGE.of_text("logger: {Klog: {v: 5, skip_headers: true}}")

    assert len(judged.warnings) == 1
    assert judged.warnings[0].startswith("logger.Klog.v has no effect: ")


@pytest.mark.parametrize("key", ["ReportPeriod: 1", "Sampling: testing"])
def test_keys_of_what_is_not_done_are_named(key: str) -> None:
    """They are taken as ever, and a warning says that they do nothing."""
    (warning,) = JUDGE.of_text(f"instrumentation: {{{key}}}").warnings

    assert warning.startswith(f"instrumentation.{key.partition(':')[0]} has no effect: ")


def test_what_is_switched_off_anyway_is_no_matter() -> None:
    """A configuration that traces nothing gets what it says."""
    assert JUDGE.of_text("instrumentation: {Sampling: disabled}").warnings == ()


def test_defaults_lie_below_a_configuration() -> None:
    """Key by key of a module, what the configuration says itself counts."""
    judge = Judge(
        policies=("none", "static"),
        defaults={
            "logger": {"Debug": "policy", "LogSource": True},
            "policy": {"Active": "static", "ReservedResources": {"CPU": "1"}},
        },
    )
    found = judge.of_text("logger: {Debug: cache}\npolicy: {Active: none}").settings

    assert (found.logger.debug, found.logger.log_source) == ("cache", True)
    assert found.policy.active == "none"
    assert judge.nothing().settings.policy.active == "static"


def test_wrong_defaults_are_told_as_well() -> None:
    """An older flag with a policy that nobody knows does not pass unseen."""
    judge = Judge(policies=("none",), defaults={"policy": {"Active": "statik"}})
    with pytest.raises(ConfigProblems, match="did you mean static"):
        judge.nothing()


def test_the_policy_null_is_taken_for_none() -> None:
    """The older name is a warning."""
    judged = JUDGE.of_text("policy: {Active: 'null'}")

    assert judged.settings.policy.active == "none"
    assert judged.warnings == ("policy null is an older name; write policy: {Active: none}",)


def test_the_agents_texts_are_one_configuration() -> None:
    """Each key is a module, dotted ones below others, its value a text of YAML."""
    judged = JUDGE.of_data(
        {"policy": "Active: static\nReservedResources: {CPU: 1}", "policy.static": "Rdt: auto"}
    )

    assert judged.settings.policy.active == "static"
    assert judged.settings.policy.own == {"Rdt": "auto"}


def test_the_agents_problems_name_the_key() -> None:
    """Texts that are no YAML, and keys that nobody knows, in one answer."""
    with pytest.raises(ConfigProblems) as caught:
        JUDGE.of_data({"xdump": "{}", "dump": "a: [", "logger": "Debg: x"})
    found = [str(problem) for problem in caught.value.problems]

    assert len(found) == 3
    assert found[0].startswith("dump: not YAML")
    assert found[1:] == [
        "logger.Debg: unknown key, did you mean Debug",
        "xdump: unknown module, did you mean dump",
    ]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({str(number): "" for number in range(65)}, "more than 64 keys"),
        ({str(number): "x" * 60_000 for number in range(9)}, "longer than 512 KiB"),
    ],
)
def test_too_much_is_not_even_read(data: dict[str, str], message: str) -> None:
    """The work that one request can cause is bounded."""
    with pytest.raises(ConfigProblems, match=message):
        JUDGE.of_data(data)


def test_a_bomb_is_refused() -> None:
    """A document that expands to gigabytes never becomes data."""
    bomb = "a: &a [x]\n" + "\n".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join([f'*{chr(97 + i)}'] * 9)}]" for i in range(15)
    )

    assert len(problems(bomb)) >= 1


def test_a_file_is_read(tmp_path: Path) -> None:
    """Its text as it is."""
    path = tmp_path / "config"
    path.write_text("policy: {}", encoding="utf-8")

    assert configuration.read_file(str(path)) == "policy: {}"


def test_a_huge_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    """What is cut is still too long to be taken."""
    path = tmp_path / "config"
    path.write_bytes(b"#" * 10_000_000)

    assert problems(configuration.read_file(str(path))) == ["longer than 64 KiB"]


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """Why; who asked knows which one."""
    with pytest.raises(CannotRead, match="cannot read it: No such file"):
        configuration.read_file(str(tmp_path / "nope"))


def test_bytes_that_are_no_text_are_told(tmp_path: Path) -> None:
    """Somebody has named a wrong file."""
    path = tmp_path / "config"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CannotRead, match="it is no UTF-8"):
        configuration.read_file(str(path))
