# SPDX-License-Identifier: Apache-2.0
"""The alert rules, run by promtool on the files that are deployed."""

import pathlib
import re
import subprocess
import typing

import pytest
import yaml

from controller import names
from controller.component import monitoring

ROOT = pathlib.Path(__file__).resolve().parents[3]
RULES = {
    "shoot": ROOT / "charts" / "internal" / "cri-resmgr-monitoring" / "rules" / "shoot.yaml",
    "seed": ROOT / "charts" / "gardener-extension-cri-resmgr" / "rules" / "seed.yaml",
}
TESTS = pathlib.Path(__file__).with_name("rules_test.yaml")

Rule: typing.TypeAlias = dict[str, typing.Any]


def rules(kind: str) -> list[Rule]:
    """All rules for the Prometheus of a shoot or of a seed."""
    groups = yaml.safe_load(RULES[kind].read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


ALERTS = [
    pytest.param(kind, rule, id=rule["alert"])
    for kind in RULES
    for rule in rules(kind)
    if "alert" in rule
]


@pytest.fixture(scope="module")
def promtool() -> pathlib.Path:
    """Give the path of promtool."""
    done = subprocess.run(
        [str(ROOT / "hacks" / "programs"), "promtool"],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return pathlib.Path(done.stdout.strip()) / "promtool"


def test_rules_do_what_their_tests_say(promtool: pathlib.Path) -> None:
    """`promtool test rules` passes: each alert fires when it should, and not before."""
    done = subprocess.run(
        [promtool, "test", "rules", TESTS], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("kind", RULES)
def test_rules_are_right(promtool: pathlib.Path, kind: str) -> None:
    """`promtool check rules` finds nothing."""
    done = subprocess.run(
        [promtool, "check", "rules", RULES[kind]], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("kind", "rule"), ALERTS)
def test_alerts_have_labels_and_annotations(kind: str, rule: Rule) -> None:
    """Gardener routes by these labels, people read these annotations (7.6)."""
    labels = rule["labels"]

    assert labels["service"] == "cri-resmgr-extension"
    assert labels["type"] == kind
    assert labels["severity"] in {"blocker", "critical", "warning", "info"}
    assert labels["visibility"] in {"all", "operator", "owner"}
    assert set(rule["annotations"]) == {"summary", "description"}


@pytest.mark.parametrize(("kind", "rule"), ALERTS)
def test_alerts_are_tested_and_documented(kind: str, rule: Rule) -> None:
    """Each alert has a case in which it fires, and a row in docs/reference/alerts.md."""
    cases = yaml.safe_load(TESTS.read_text())["tests"]
    firing = {
        case["alertname"]
        for test in cases
        for case in test["alert_rule_test"]
        if case["exp_alerts"]
    }
    documented = (ROOT / "docs" / "reference" / "alerts.md").read_text()

    row = f"| {rule['alert']} | {kind} | {rule['labels']['severity']} |"
    assert rule["alert"] in firing
    assert row in documented


def test_rules_of_a_shoot_use_scraped_metrics_only() -> None:
    """Every metric in them is on the allow-list of the scrape, or is made by the scrape."""
    used = {
        metric
        for rule in rules("shoot")
        for metric in re.findall(r"\b(cri_resmgr_\w+|controller_runtime_\w+)\b", rule["expr"])
    }

    assert used
    assert used <= set(monitoring.METRICS)


def test_rules_of_a_shoot_look_at_the_scraped_job() -> None:
    """The job in the rules is the one that the scrape sets."""
    jobs = {job for rule in rules("shoot") for job in re.findall(r'job="([^"]+)"', rule["expr"])}

    assert jobs == {monitoring.JOB}


def test_rules_of_a_seed_look_at_the_controller_only() -> None:
    """The job is the name by which the seed's Prometheus scrapes the controller's pods."""
    expressions = [rule["expr"] for rule in rules("seed")]

    selectors = re.findall(r"[a-z_]+\{([^}]*)\}", "".join(expressions))

    assert selectors
    assert all(f'job="{names.EXTENSION_NAME}"' in selector for selector in selectors)
