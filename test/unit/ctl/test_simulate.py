# SPDX-License-Identifier: Apache-2.0
"""The command `simulate`: from files to tables and documents."""

import io
import json
import textwrap
from pathlib import Path
from typing import Any

import pytest
import yaml
from unit.ctl.simulation import made

from ctl import exits, main, problem, simulate

WHY = "has CPUs 1,5 for itself: guaranteed, 2 whole CPUs"
CONFIG = "policy: {Active: POLICY, ReservedResources: {CPU: 'cpuset:0'}}"


class Folder:
    """A folder of configurations and pods, and a machine of eight CPUs."""

    def __init__(self, path: Path) -> None:
        self.path = path
        for name in ("static", "topology-aware", "none", "balloons"):
            self.write(f"{name}.yaml", CONFIG.replace("POLICY", name))
        self.pods("pods.yaml", made.whole("a", "2"), made.pod("b"))

    def write(self, name: str, text: str) -> None:
        """Write a file."""
        (self.path / name).write_text(textwrap.dedent(text), encoding="utf-8")

    def pods(self, name: str, *objects: Any) -> None:
        """Write manifests."""
        self.write(name, yaml.safe_dump_all(objects))

    def run(self, *words: str, machine: str = "1x1x4x2") -> tuple[int, str, str]:
        """Run the command; give its exit status and what it prints."""
        names = [str(self.path / word) if word.endswith((".yaml", "/")) else word for word in words]
        given = main.parser({"simulate"}).parse_args(["simulate", "--machine", machine, *names])
        out, err = io.StringIO(), io.StringIO()
        status = simulate.run(given, out, err)
        return status, out.getvalue(), err.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Files to simulate with."""
    return Folder(tmp_path)


def lines(out: str) -> list[str]:
    """Lines of tables, with one blank between their cells."""
    return [" ".join(line.split()) for line in out.splitlines()]


def test_the_table_shows_who_is_where(folder: Folder) -> None:
    """Then pools, then the machine."""
    status, out, err = folder.run("-c", "static.yaml", "pods.yaml")

    assert (status, err) == (exits.FINE, "")
    assert lines(out) == [
        "POD CONTAINER QOS REQUEST POOL OWN CPUS SHARED CPUS MEMORY WHY",
        f"default/a c Guaranteed 2 CPU, 1Gi exclusive 1,5 - any {WHY}",
        "default/b c BestEffort - default - 0,2-4,6-7 any shares the default CPUs",
        "",
        "POOL CONTAINERS CPUS OWN REQUESTED FREE WHICH CPUS",
        "exclusive 1 2 2 0 0 1,5",
        "default 1 6 - 0 6 0,2-4,6-7",
        "reserved 0 1 - 0 1 0",
        "isolated 0 0 - 0 0",
        "machine 2 8 2 0 6 0-7",
        "",
        "machine 8 CPUs, 1 package, 1 NUMA node",
        "policy static",
        "containers 2 run, 0 refused, 0 in pools that are overbooked",
        "own CPUs 2 CPUs belong to 1 container",
        "locality 2 of 2 on one NUMA node, 2 with local memory only; mean distance 10.0",
    ]


def test_a_refusal_is_a_problem(folder: Folder) -> None:
    """Its reason is in the table, and in the summary."""
    folder.pods("much.yaml", made.whole("a", "99"))
    status, out, _ = folder.run("-c", "static.yaml", "much.yaml")
    short, summary, _ = folder.run("-c", "static.yaml", "--summary", "much.yaml")

    assert (status, short) == (exits.PROBLEM, exits.PROBLEM)
    assert "refused" in out
    assert "cannot allocate 99 exclusive CPUs for default/a:c" in out
    assert summary.startswith("refused default/a:c: cannot allocate 99 exclusive CPUs")


def test_documents_have_the_same(folder: Folder) -> None:
    """As JSON and as YAML."""
    _, out, _ = folder.run("-c", "static.yaml", "-o", "json", "pods.yaml")
    _, text, _ = folder.run("-c", "static.yaml", "-o", "yaml", "pods.yaml")

    assert json.loads(out) == yaml.safe_load(text)
    assert json.loads(out)["containers"][0]["exclusive"] == "1,5"


def test_without_the_webhook_requests_of_memory_are_unknown(folder: Folder) -> None:
    """They are in nothing that the runtime hears."""
    container = {"name": "c", "resources": {"requests": {"memory": "1Gi"}}}
    folder.pods("pods.yaml", made.pod("a", container))
    _, told, _ = folder.run("-c", "none.yaml", "-o", "json", "pods.yaml")
    _, untold, _ = folder.run("-c", "none.yaml", "-o", "json", "--without-webhook", "pods.yaml")

    assert json.loads(told)["containers"][0]["memoryRequest"] == 2**30
    assert json.loads(untold)["containers"][0]["memoryRequest"] is None


def test_devices_pull_their_containers(folder: Folder) -> None:
    """To the node that they are near to."""
    resources = {"limits": {"cpu": 1, "memory": "1Gi", "vendor.com/nic": 1}}
    folder.pods("pods.yaml", made.pod("a", {"name": "c", "resources": resources}))
    found = [
        json.loads(
            folder.run(
                *("-c", "topology-aware.yaml", "-o", "json", "pods.yaml"),
                *("--device", f"vendor.com/nic={node}"),
                machine="2x1x4x2",
            )[1]
        )["containers"][0]["mems"]
        for node in (0, 1)
    ]

    assert found == ["0", "1"]


def test_what_has_no_pods_and_what_is_doubtful_are_noted(folder: Folder) -> None:
    """Beside the table, where they disturb no program that reads it."""
    doubtful = {"prefer-isolated.cri-resource-manager.intel.com": "true"}
    service = {"kind": "Service", "metadata": {"name": "s"}}
    folder.pods("pods.yaml", made.pod("a", annotations=doubtful), service)
    status, _, err = folder.run("-c", "static.yaml", "pods.yaml")

    assert status == exits.FINE
    assert "note: no pods come of Service default/s\n" in err
    assert "note: pod default/a: annotation prefer-isolated" in err


def test_comparisons_show_figures_and_differences(folder: Folder) -> None:
    """Named after the files."""
    status, out, _ = folder.run("--compare", "static.yaml", "none.yaml", "pods.yaml")
    _, data, _ = folder.run("--compare", "static.yaml", "none.yaml", "pods.yaml", "-o", "json")

    assert status == exits.FINE
    assert out.split()[:4] == ["FIGURE", "static.yaml", "none.yaml", "BETTER"]
    assert "default/a c CPUs 1,5 own memory any CPUs any memory any" in lines(out)
    assert out.endswith("2 differ, 0 are placed the same\n")
    assert json.loads(data)["comparison"]["differences"][0]["what"] == ["CPUs", "CPUs of its own"]


def test_the_same_configuration_is_the_same(folder: Folder) -> None:
    """There is nothing to show but figures."""
    _, out, _ = folder.run("--compare", "static.yaml", "static.yaml", "pods.yaml")

    assert out.endswith("all 2 containers are placed the same\n")


DAY = """
- resize: {pod: a, limits: {cpu: 4}, requests: {cpu: 4}}
- remove: a
- switch: none.yaml
- add: more.yaml
"""


def test_steps_are_told_one_by_one(folder: Folder) -> None:
    """Files that steps name lie beside the file of steps."""
    folder.pods("more.yaml", made.pod("c"))
    folder.write("day.yaml", DAY)
    status, out, _ = folder.run("-c", "static.yaml", "--events", "day.yaml", "pods.yaml")

    assert status == exits.FINE
    assert "step 1: resize default/a:c\nCHANGED POD" in out
    assert "default/b c CPUs 0,2-4,6-7 memory any -> CPUs 0,3-4,7 memory any" in lines(out)
    assert "step 2: remove a\n" in out
    assert "  0 came, 1 went, 1 changed, 1 updates; 8 CPUs free\n" in out
    assert "step 3: switch to none.yaml\n" in out
    assert "step 4: add more.yaml\n" in out
    assert "policy      none\n" in out


def test_a_summary_of_steps_lists_no_containers(folder: Folder) -> None:
    """But those that were refused, and what each step changed."""
    folder.pods("much.yaml", made.whole("much", "99"))
    folder.write("day.yaml", "- remove: a")
    words = ("-c", "static.yaml", "--events", "day.yaml", "--summary", "pods.yaml", "much.yaml")
    status, out, _ = folder.run(*words)

    assert status == exits.PROBLEM
    assert out.startswith("refused default/much:c: cannot allocate 99 exclusive CPUs")
    assert "step 1: remove a\n" in out
    assert "POD CONTAINER QOS" not in lines(out)


def test_steps_are_documents_too(folder: Folder) -> None:
    """With what was before and what is after them."""
    folder.pods("more.yaml", made.pod("c"))
    folder.write("day.yaml", DAY)
    words = ("-c", "static.yaml", "--events", "day.yaml", "-o", "json", "pods.yaml")
    data = json.loads(folder.run(*words)[1])

    assert list(data) == ["before", "steps", "after"]
    assert [one["step"].partition(" ")[0] for one in data["steps"]] == [
        "resize",
        "remove",
        "switch",
        "add",
    ]
    assert (data["before"]["policy"], data["after"]["policy"]) == ("static", "none")


def test_a_step_that_is_refused_is_a_problem(folder: Folder) -> None:
    """The steps after it happen all the same."""
    folder.write(
        "day.yaml",
        """
        - resize: {pod: a, limits: {cpu: 99}, requests: {cpu: 99}}
        - remove: a
        """,
    )
    status, out, _ = folder.run("-c", "static.yaml", "--events", "day.yaml", "pods.yaml")

    assert status == exits.PROBLEM
    assert "  refused, everything stays: cannot allocate 99 exclusive CPUs" in out
    assert "1 went" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("pods.yaml",), "give either -c CONFIG or --compare A.yaml B.yaml"),
        (("-c", "none.yaml"), "cannot simulate: no pods are given"),
        (
            ("--compare", "none.yaml", "none.yaml", "--events", "day.yaml", "pods.yaml"),
            "--events goes with -c only",
        ),
        (("-c", "none.yaml", "--device", "x=5", "pods.yaml"), "cannot read --device x=5"),
        (("-c", "none.yaml", "/none"), "cannot read /none: No such file or directory"),
    ],
)
def test_wrong_words_are_wrong_usage(folder: Folder, words: tuple[str, ...], said: str) -> None:
    """With what to do instead."""
    with pytest.raises(problem.Problem, match=said) as error:
        folder.run(*words)

    assert error.value.status == exits.USAGE


def test_all_mistakes_in_pods_are_told_at_once(folder: Folder) -> None:
    """Of all files and of the steps."""
    folder.pods("bad.yaml", made.pod("x", made.one("c", "2x")), made.pod("a"))
    folder.write("day.yaml", "- remove: nobody\n")
    words = ("-c", "none.yaml", "pods.yaml", "bad.yaml", "--events", "day.yaml")
    with pytest.raises(problem.Problem) as error:
        folder.run(*words)
    lines = error.value.message.splitlines()

    assert len(lines) == 3
    assert 'limits.cpu: "2x" is not a quantity' in lines[0]
    assert "pod default/a is there twice" in lines[1]
    assert "day.yaml: step 1: remove: there is no pod default/nobody" in lines[2]


def test_a_policy_that_does_not_fit_the_machine_is_a_problem(folder: Folder) -> None:
    """The message is the policy's own."""
    folder.write("bad.yaml", "policy: {Active: static, ReservedResources: {CPU: 'cpuset:99'}}")
    with pytest.raises(problem.Problem, match=r"cannot use .*bad.yaml: ") as error:
        folder.run("-c", "bad.yaml", "pods.yaml")

    assert error.value.status == exits.PROBLEM


def test_a_text_that_is_no_yaml_is_told(folder: Folder) -> None:
    """With its place."""
    folder.write("bad.yaml", "a: [")
    with pytest.raises(problem.Problem, match=r"bad.yaml: line 2, column 1: "):
        folder.run("-c", "none.yaml", "bad.yaml")


def test_events_may_be_piped_in(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that they name are those of the working folder then."""
    monkeypatch.setattr("sys.stdin", io.StringIO("- remove: b\n"))
    status, out, _ = folder.run("-c", "static.yaml", "pods.yaml", "--events", "-")

    assert status == exits.FINE
    assert "\nstep 1: remove b\n" in out


@pytest.mark.parametrize(
    "words", [("-c", "-", "-"), ("--compare", "-", "-", "pods.yaml"), ("-c", "-", "--events", "-")]
)
def test_two_things_are_not_piped_in(folder: Folder, words: tuple[str, ...]) -> None:
    """Nothing is read."""
    with pytest.raises(problem.Problem, match="more than one thing is to come from it"):
        folder.run(*words)


def test_that_there_are_no_pods_is_noted(folder: Folder) -> None:
    """As with what `kubectl get` gives of a node that is empty."""
    folder.write("empty.yaml", "{apiVersion: v1, kind: List, items: []}")
    status, _, err = folder.run("-c", "static.yaml", "empty.yaml")

    assert (status, err) == (exits.FINE, "note: there are no pods in what was given\n")


def test_files_of_steps_are_offered_too(folder: Folder) -> None:
    """Each wrong name with the one that is like it."""
    folder.write("day.yaml", "[{add: pds.yaml}, {switch: statc.yaml}]")
    with pytest.raises(problem.Problem) as error:
        folder.run("-c", "static.yaml", "pods.yaml", "--events", "day.yaml")

    first, second = error.value.message.splitlines()
    assert first.endswith(f"did you mean {folder.path / 'pods.yaml'}?")
    assert second.endswith(f"did you mean {folder.path / 'static.yaml'}?")


def test_mistakes_of_both_configurations_are_told_at_once(folder: Folder) -> None:
    """Each with its file."""
    folder.write("one.yaml", "policy: {Active: statc}")
    with pytest.raises(problem.Problem) as error:
        folder.run("--compare", "one.yaml", "nne.yaml", "pods.yaml")

    first, second = error.value.message.splitlines()
    assert first.startswith(f"cannot use {folder.path / 'one.yaml'}: policy.Active: ")
    assert second.startswith(f"cannot read {folder.path / 'nne.yaml'}: No such file")
    assert error.value.hint == f"did you mean {folder.path / 'none.yaml'}?"
