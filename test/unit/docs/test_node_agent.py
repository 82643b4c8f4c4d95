# SPDX-License-Identifier: Apache-2.0
"""The reference page of the node agent, held against its code and its manifests."""

import re
from pathlib import Path

import yaml

from agent.core import figures, permitted
from controller.component import node, rendering
from resmgr.agentapi import services

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs/reference/node-agent.md").read_text(encoding="utf-8")


def quoted(heading: str) -> set[str]:
    """Give all that is quoted as code below a heading."""
    part = re.split(rf"^#+ {heading}$", PAGE, flags=re.MULTILINE)[1]
    return set(re.findall(r"`([^`\n]+)`", re.split(r"^#+ ", part, flags=re.MULTILINE)[0]))


def source(*names: str) -> str:
    """Give the text of modules."""
    return "".join((ROOT / name).read_text(encoding="utf-8") for name in names)


def test_every_condition_and_reason_is_listed() -> None:
    """Those that the code can write, and no others."""
    text = source("agent/core/conditions.py")
    types = set(re.findall(r'^[A-Z]+: Final = "(\w+)"', text, flags=re.MULTILINE))
    reasons = set(re.findall(r'"(Applied|No\w+|Refused|DaemonUnreachable|Waiting|Conn\w+)"', text))

    assert len(types) == 3
    assert quoted("Conditions") == types | reasons


def test_every_event_is_listed() -> None:
    """Of the agent and of the daemon."""
    text = source(
        "agent/push.py",
        "agent/services/report.py",
        "resmgr/daemon/serving/listener.py",
        "resmgr/daemon/wiring.py",
    )
    pattern = r'(?:Announcement\(|Trouble\.\w+: |_?warn\()\s*"([A-Z]\w+)"'

    assert quoted("Events") == set(re.findall(pattern, text))


def test_every_reason_that_asks_for_something_says_what() -> None:
    """Each has a heading of its own, so that an address leads to it."""
    part = re.split(r"^## What to do$", PAGE, flags=re.MULTILINE)[1]
    part = re.split(r"^## ", part, flags=re.MULTILINE)[0]
    conditions = set(re.findall(r'"(\w+)"', source("agent/core/conditions.py")))
    reasons = quoted("Conditions") & conditions
    types = {"ConfigurationApplied", "AdjustmentsApplied", "DaemonConnected"}
    fine = {"Applied", "NoAdjustments", "Connected"}

    told = re.findall(r"^### (\w+)\n\n\S", part, flags=re.MULTILINE)
    assert len(told) == len(set(told))
    assert set(told) == (reasons | quoted("Events")) - types - fine


def test_every_service_and_domain_is_listed() -> None:
    """As the code has them."""
    names = {services.AGENT, services.CONFIG, services.REPORT}

    assert names | {*permitted.DOMAINS, *permitted.TAINTS} <= quoted("Services")


def test_rights_are_those_of_the_chart() -> None:
    """Each with exactly its verbs."""
    values = node.NodeValues(
        phase=node.Phase.INSTALL,
        images={
            "gardener-extension-cri-resmgr-installation": "i",
            "gardener-extension-cri-resmgr-agent": "a",
        },
        agent_enabled=True,
    )
    manifests = node.build(values, rendering.Renderer(ROOT / "charts/internal"))
    given = {
        resource: ", ".join(rule["verbs"])
        for obj in yaml.safe_load_all(manifests["rbac-agent.yaml"])
        for rule in obj.get("rules", ())
        for resource in rule["resources"]
    }
    part = PAGE.partition("\n## Rights\n")[2]
    rows = re.findall(r"^\| ([a-z/]+)(?: in `kube-system`)? \| ([a-z, ]+) \|", part, re.MULTILINE)

    assert dict(rows) == given | {"resource": "verbs"}


def test_every_metric_and_label_is_listed() -> None:
    """With the values that are there from the start."""
    labels = {label for one in figures.FAMILIES for label in one.labels}
    values = {value for one in figures.FAMILIES for row in one.always for value in row}

    assert {one.name for one in figures.FAMILIES} | labels | values <= quoted("Metrics")
