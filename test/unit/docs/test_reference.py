# SPDX-License-Identifier: Apache-2.0
"""Reference pages that people write, held against the code that they tell of."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from controller import node_report
from controller.health import conditions
from ctl import hardware, machines
from ctl.machines import grammar
from resmgr.config import problem, provider, rollout
from resmgr.cri import interceptions, session

ROOT = Path(__file__).resolve().parents[3]
REFERENCE = ROOT / "docs/reference"


def page(name: str) -> str:
    """Give the text of a reference page."""
    return (REFERENCE / name).read_text(encoding="utf-8")


def quoted(text: str) -> set[str]:
    """Give everything that a page quotes as code."""
    return set(re.findall(r"`([^`\n]+)`", text))


def first_column(text: str) -> set[str]:
    """Give what the first columns of a page's tables quote as code."""
    cells = re.findall(r"^\| (.*?) \|", text, flags=re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


def section(text: str, heading: str) -> str:
    """Give what stands below a heading of the second level."""
    return text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def tree(module: str) -> ast.Module:
    """Parse a module of the controller."""
    return ast.parse((ROOT / "controller" / module).read_text(encoding="utf-8"))


def log_keys(module: ast.Module) -> Iterator[tuple[str, object]]:
    """Give each key, with its value if it is a literal, that is put into the dictionary `keys`."""
    for node in ast.walk(module):
        match node:
            case (
                ast.AnnAssign(target=ast.Name(id="keys"), value=ast.Dict() as given)
                | ast.AugAssign(target=ast.Name(id="keys"), value=ast.Dict() as given)
            ):
                for key, value in zip(given.keys, given.values, strict=True):
                    yield ast.literal_eval(key or ast.Constant(None)), literal(value)
            case ast.Assign(
                targets=[ast.Subscript(value=ast.Name(id="keys"), slice=ast.Constant(value=key))],
                value=value,
            ):
                yield str(key), literal(value)


def literal(value: ast.expr) -> object:
    """Give the value of a constant, else nothing."""
    return value.value if isinstance(value, ast.Constant) else None


def test_log_keys_are_those_of_the_canonical_line() -> None:
    """The page lists exactly the keys that a reconcile's line can have."""
    text = section(page("logs.md"), "One line a reconcile").partition("| `outcome` | meaning")[0]
    written = {key for key, _ in log_keys(tree("reconcile.py"))}

    assert first_column(text) == written
    assert "took_ms" in written


def test_log_outcomes_are_those_that_are_written() -> None:
    """The page lists exactly the values of `outcome`."""
    text = page("logs.md").partition("| `outcome` | meaning")[2].partition("\n\n")[0]
    written = {value for key, value in log_keys(tree("reconcile.py")) if key == "outcome"}

    assert first_column(text) == written


def plan_words() -> set[str]:
    """Give the literal reasons of plans, and those for doing nothing."""
    words: set[str] = set()
    for module in ("decision.py", "installation.py", "removal.py"):
        for node in ast.walk(tree(f"decide/{module}")):
            match node:
                case ast.Call(func=ast.Name(id="Plan"), args=[ast.Constant(value=str(why)), *_]):
                    words.add(why)
                case ast.Assign(targets=[ast.Name(id="reasons")], value=ast.Dict(keys=keys)):
                    words |= {str(literal(key)) for key in keys if key is not None}
    return words


def test_log_page_explains_every_reason_of_a_plan() -> None:
    """Each word that a plan gives for itself stands on the page, and no other beside operations."""
    text = page("logs.md").partition("| `why` | meaning")[2].partition("\n\n")[0]
    from_operations = {"create", "reconcile", "restore", "delete", "hibernated"}

    assert first_column(text) == plan_words() | from_operations


def announced() -> set[str]:
    """Give the reasons of the Events that plans announce."""
    return {
        str(why)
        for module in ("installation.py", "removal.py")
        for node in ast.walk(tree(f"decide/{module}"))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if node.func.id == "Announce" and (why := literal(node.args[0]))
    }


def test_status_page_lists_every_event() -> None:
    """The page tells what to do about each Event that is emitted, and of no other."""
    assert first_column(section(page("status.md"), "Events")) == announced()
    assert len(announced()) >= 3


def test_status_page_lists_conditions_and_reasons() -> None:
    """The page explains each condition and each reason that the health loop can write."""
    text = section(page("status.md"), "Conditions")
    source = (ROOT / "controller/health/conditions.py").read_text(encoding="utf-8")
    reasons = set(re.findall(r'"(HealthCheck\w+|ConditionCheck\w+)"', source))

    assert set(conditions.OWN_TYPES) <= quoted(text)
    assert reasons <= quoted(text)
    assert len(reasons) == 4


def test_status_page_lists_the_failing_states_of_nodes() -> None:
    """The states that count as unhealthy are those that the page calls so."""
    rows = re.findall(
        r"^\| `([\w-]+)` \|.*\| (yes|no)",
        section(page("status.md"), "States of nodes"),
        re.MULTILINE,
    )

    assert {state for state, bad in rows if bad == "yes"} == node_report.FAILING_STATES


def descriptions() -> set[str]:
    """Give the literal texts of more than two words that decisions put into a status."""
    found = set()
    for module in ("installation.py", "removal.py"):
        for node in ast.walk(tree(f"decide/{module}")):
            match node:
                case ast.Call(func=ast.Name(id="WriteStatus" | "_progress"), args=[*_, last]):
                    found |= {str(literal(last))} if isinstance(last, ast.Constant) else set()
    return found


def test_status_page_lists_the_descriptions() -> None:
    """Each constant description of an operation is explained."""
    known = first_column(section(page("status.md"), "Descriptions"))
    missing = {text for text in descriptions() if not any(text in one for one in known)}

    assert missing == set()
    assert "Deleting by force" in descriptions()


def test_provider_config_page_lists_every_field() -> None:
    """The table of fields has exactly those that are read, with their defaults."""
    text = page("provider-config.md").partition("\n## ")[0]
    default = rollout.Rollout()
    with pytest.raises(problem.ConfigProblems) as caught:
        provider.parse(
            {"apiVersion": provider.API_VERSION, "kind": provider.KIND, "x": 1}, pools=()
        )
    top = set(str(caught.value).partition("known: ")[2].split(", "))
    with pytest.raises(problem.ConfigProblems) as caught:
        provider.parse(
            {"apiVersion": provider.API_VERSION, "kind": provider.KIND, "rollout": {"x": 1}},
            pools=(),
        )
    below = {f"rollout.{key}" for key in str(caught.value).partition("known: ")[2].split(", ")}

    assert first_column(text) == (top - {"rollout"}) | below
    assert f"`{default.max_unavailable}` |" in text
    assert f"`{default.max_rolled_back}` |" in text


POOLS = (
    provider.Pool("pinned"),
    provider.Pool("etcd", control_plane=True),
    provider.Pool("canary"),
    provider.Pool("static", cpu_manager_policy="static"),
)


@pytest.mark.parametrize(
    ("message", "given"),
    [
        ("unknown key, did you mean Active", {"configs": {"default": "policy: {Actve: none}"}}),
        ("expected text, got a number, put it in quotes", {"nodeSelector": {"numa": 1}}),
        ("duplicate key, first given in line 2", {"configs": {"default": "policy:\n  a:\n  a:"}}),
        ("more than 100 aliases", {"configs": {"default": f"a: &a x\nb: [{'*a,' * 101}]"}}),
        ("nested deeper than 20 levels", {"configs": {"default": "[" * 30}}),
        ("the shoot has no pool pined, did you mean pinned", {"workerPools": ["pined"]}),
        ("pool etcd is for the control plane, which is never managed", {"workerPools": ["etcd"]}),
        (
            "set it to none, or select other pools by workerPools",
            {"workerPools": ["static"]},
        ),
        (
            "pool canary is not selected by workerPools and nodeSelector",
            {"workerPools": ["pinned"], "rollout": {"canaryPools": ["canary"]}},
        ),
        (
            "flag --relay-socket is refused: the installation sets it",
            {"configs": {"EXTRA_OPTIONS": 'EXTRA_OPTIONS="--relay-socket=/x"'}},
        ),
    ],
)
def test_messages_on_the_page_are_those_that_are_given(message: str, given: object) -> None:
    """Each message that the page quotes is what such a providerConfig is answered with."""
    assert isinstance(given, dict)
    head = {"apiVersion": provider.API_VERSION, "kind": provider.KIND}
    with pytest.raises(problem.ConfigProblems, match=re.escape(message)):
        provider.parse({**head, **given}, pools=POOLS)

    assert message in section(page("provider-config.md"), "What is an error")


@pytest.mark.parametrize(
    "rules",
    [
        "charts/internal/cri-resmgr-monitoring/rules/shoot.yaml",
        "charts/gardener-extension-cri-resmgr/rules/seed.yaml",
    ],
)
def test_each_alert_has_an_answer(rules: str) -> None:
    """For each alert the guide for operators says what to do."""
    text = (ROOT / "docs/how-to/operate-the-controller.md").read_text(encoding="utf-8")
    groups = yaml.safe_load((ROOT / rules).read_text(encoding="utf-8"))["groups"]
    alerts = {rule["alert"] for group in groups for rule in group["rules"] if "alert" in rule}

    assert alerts
    assert alerts <= first_column(text)


def test_each_metric_of_the_daemon_is_listed() -> None:
    """Every name of a metric that stands in the daemon's code has its line, and no other has."""
    sources = [path.read_text("utf-8") for path in sorted((ROOT / "resmgr/daemon").rglob("*.py"))]
    given = {name for text in sources for name in re.findall(r'"(cri_(?:rm|resmgr)_\w+)"', text)}
    listed = {name for name in first_column(page("daemon-metrics.md")) if name.startswith("cri_")}

    assert given
    assert listed == given


def test_each_kind_of_trouble_is_listed() -> None:
    """Every value of the metric's label has its line."""
    listed = first_column(section(page("daemon-metrics.md"), "Kinds of trouble"))

    assert listed == {kind.value for kind in session.Trouble}


def test_each_variable_of_the_daemon_is_listed() -> None:
    """Every environment variable that the daemon reads is in the table."""
    table = section(page("daemon-command-line.md"), "Environment")
    sources = [
        (ROOT / "resmgr/daemon" / name).read_text("utf-8")
        for name in ("command/environment.py", "process/notify.py")
    ]
    given = {
        name
        for text in sources
        for name in re.findall(r'(?:get\(|\[|^    )"([A-Z][A-Z_]{4,})"', text, flags=re.MULTILINE)
    }

    assert len(given) > 5
    assert given <= quoted(table)


def test_the_walk_names_every_call_that_is_read() -> None:
    """The page about the relay lists the intercepted calls, and no other."""
    text = (ROOT / "docs/explanation/relay.md").read_text("utf-8")
    cells = re.findall(r"^\| ([A-Z]\w+) \|", section(text, "The calls that are read"), re.MULTILINE)

    assert set(cells) == {*interceptions.HANDLED, *interceptions.WATCHED}


def test_machines_page_lists_names_and_options() -> None:
    """The page lists every machine that has a name, with its words, and every option."""
    text = section(page("machines.md"), "Machines in a word")
    named, _, options = text.partition("| option |")
    rows = dict(re.findall(r"^\| `([a-z]+)` \| (.*) \|$", named, flags=re.MULTILINE))

    assert rows == {name: words for name, (words, _) in machines.NAMED.items()}
    assert {word.partition("=")[0] for word in first_column(options)} == set(grammar.OPTIONS)


def test_machines_page_lists_every_file_of_a_record() -> None:
    """Whatever is read of a machine stands in the table of what is read."""
    text = section(page("machines.md"), "What is read")
    files = hardware.of("hybrid:offline=3").record().files
    names = {re.sub(r"[0-9]+", "N", part) for name in files for part in name.split("/") if part}
    written = {part for cell in quoted(text) for part in cell.split("/")}

    assert {"core_id", "meminfo", "cpuN", "indexN"} <= names
    assert names - written == {"level", "type", "size", "shared_cpu_list"}
