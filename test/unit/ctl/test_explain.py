# SPDX-License-Identifier: Apache-2.0
"""The command `explain`, on a simulation and on what a daemon answers."""

import io
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from unit.ctl.simulation import made

from ctl import exits, explain, main, problem
from resmgr.policy import explain as explanations
from resmgr.policy.explain import Candidate, Explanation


def run(*words: str) -> tuple[int, str, str]:
    """Exit status, output, notes."""
    given = main.parser({"explain"}).parse_args(["explain", *words])
    out, err = io.StringIO(), io.StringIO()
    status = explain.run(given, out, err)
    return status, out.getvalue(), err.getvalue()


@pytest.fixture
def options(tmp_path: Path) -> tuple[str, ...]:
    """Words for a simulation of two pods by policy static."""
    config = "policy: {Active: static, ReservedResources: {CPU: 'cpuset:0'}}"
    (tmp_path / "c.yaml").write_text(config, encoding="utf-8")
    pods = [made.whole("a", "2"), made.pod("b"), made.whole("much", "99")]
    (tmp_path / "pods.yaml").write_text(yaml.safe_dump_all(pods), encoding="utf-8")
    (tmp_path / "day.yaml").write_text(
        "- resize: {pod: a, limits: {cpu: 99}, requests: {cpu: 99}}\n- remove: b\n",
        encoding="utf-8",
    )
    paths = [str(tmp_path / name) for name in ("c.yaml", "pods.yaml")]
    return ("--machine", "1x1x4x2", "-c", paths[0], "-f", paths[1])


def test_a_simulated_container_is_explained(options: tuple[str, ...]) -> None:
    """With rule and CPUs."""
    status, out, _ = run("a", *options)

    assert status == exits.FINE
    assert out.startswith("default/a:c\npolicy       static\n")
    assert "gets CPUs    1,5\n" in out


def test_a_refused_container_is_a_problem(options: tuple[str, ...]) -> None:
    """With the policy's words."""
    status, out, _ = run("much", *options)

    assert status == exits.PROBLEM
    assert "refused  cannot allocate 99 exclusive CPUs" in " ".join(out.split(" "))


def test_what_others_than_the_policy_refuse_is_told(
    options: tuple[str, ...], tmp_path: Path
) -> None:
    """As an annotation that the policy does not look at."""
    asked = {"toptierlimit.cri-resource-manager.intel.com": "much"}
    pods = tmp_path / "pods.yaml"
    pods.write_text(yaml.safe_dump(made.pod("odd", annotations=asked)), encoding="utf-8")
    status, out, _ = run("odd", *options)

    assert status == exits.PROBLEM
    assert "refused" in out
    assert "failed to parse top tier limit annotation 'much'" in out
    assert "gets CPUs" not in out


def test_documents_have_the_same(options: tuple[str, ...]) -> None:
    """One object for one container, a list for more."""
    one = json.loads(run("a", *options, "-o", "json")[1])
    more = json.loads(run("c", *options, "-o", "json")[1])

    assert (one["container"], one["cpus"], one["now"]) == ("default/a:c", "1,5", "")
    assert [each["container"] for each in more] == ["default/a:c", "default/b:c", "default/much:c"]


def test_steps_happen_before(options: tuple[str, ...]) -> None:
    """What was refused in them is noted; who has gone cannot be explained."""
    day = str(Path(options[3]).parent / "day.yaml")
    status, _, err = run("a", *options, "--events", day)

    assert status == exits.FINE
    assert err.startswith("note: resize default/a:c: cannot allocate 99 exclusive CPUs")
    with pytest.raises(problem.Problem, match="cannot explain b: there is no such pod"):
        run("b", *options, "--events", day)


def test_a_name_that_is_near_is_meant(options: tuple[str, ...]) -> None:
    """Of pods and containers."""
    with pytest.raises(problem.Problem) as error:
        run("muc", *options)

    assert error.value.hint == "did you mean much?"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("a", "--machine", "1x1x4x2"), "no pods are given"),
        (("a", "-f", "pods.yaml"), "no configuration is given"),
    ],
)
def test_half_a_simulation_is_wrong_usage(words: tuple[str, ...], said: str) -> None:
    """The hint names what is missing."""
    with pytest.raises(problem.Problem, match=said) as error:
        run(*words)

    assert error.value.status == exits.USAGE


@contextmanager
def daemon(path: Path, *answers: tuple[int, Any]) -> Iterator[list[str]]:
    """Somebody who gives these answers on a socket, and keeps what was asked."""
    asked: list[str] = []

    def serve() -> None:
        for status, answer in answers:
            one, _ = listener.accept()
            with one:
                asked.append(one.recv(65536).decode().split(" ")[1])
                body = json.dumps(answer).encode()
                head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n\r\n"
                one.sendall(head.encode() + body)

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        thread = threading.Thread(target=serve)
        thread.start()
        yield asked
        thread.join()


TOLD = explanations.document(
    Explanation("shared", (Candidate("default", 0b110, chosen=True, why="the only one"),), cpus=6)
)


def test_without_pods_the_daemon_is_asked(tmp_path: Path) -> None:
    """Its answer is shown by the same tables, with what it has decided before."""
    path = tmp_path / "s"
    recorded = [{"time": "2026-01-02T03:04:05Z", "text": "has moved"}]
    with daemon(path, (200, {"container": "default/a:c", "recorded": recorded, **TOLD})) as asked:
        status, out, _ = run("a:c", "--socket", str(path))

    assert status == exits.FINE
    assert asked == ["/explain?container=a%3Ac"]
    assert out.startswith("default/a:c\nrule         shared\ngets CPUs    1-2\n")
    assert "  2026-01-02T03:04:05Z: has moved\n" in out
    assert "->  default    1-2   the only one\n" in out


PAGE = {
    "Pods": {
        "p": {
            "Name": "a",
            "Namespace": "default",
            "Containers": {"id1": {"ID": "id1", "Name": "c"}, "id2": {"ID": "id2", "Name": "d"}},
        }
    }
}


def test_each_container_of_a_pod_is_asked_for(tmp_path: Path) -> None:
    """The daemon itself explains one at a time."""
    path = tmp_path / "s"
    several = {"error": "'a' is not the only one"}
    answers = [(200, {"container": name, **TOLD}) for name in ("default/a:c", "default/a:d")]
    with daemon(path, (409, several), (200, PAGE), *answers) as asked:
        _, out, _ = run("a", "--socket", str(path), "-o", "json")

    assert [one["container"] for one in json.loads(out)] == ["default/a:c", "default/a:d"]
    assert asked[2:] == ["/explain?container=id1", "/explain?container=id2"]


def test_a_name_of_several_pods_is_not_guessed(tmp_path: Path) -> None:
    """All of them are named instead."""
    path = tmp_path / "s"
    both = [{"title": "default/a:c"}, {"title": "default/b:c"}]
    several = {"error": "'c' is not the only one: default/a:c, default/b:c", "candidates": both}
    with (
        daemon(path, (409, several), (200, PAGE)),
        pytest.raises(problem.Problem, match="cannot explain c: more than one") as error,
    ):
        run("c", "--socket", str(path))

    assert error.value.hint == "name one: default/a:c, default/b:c"
    assert error.value.status == exits.PROBLEM


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("db0", "did you mean db-0?"),
        ("default/db-1", "did you mean default/db-0?"),
        ("db-0/dbb", "did you mean db-0:db?"),
        ("nothing-like-it", "there is default/db-0:db, default/web:nginx"),
    ],
)
def test_a_name_that_the_daemon_does_not_know(word: str, hint: str, tmp_path: Path) -> None:
    """The nearest one is offered, in the form that was used; else some that there are."""
    path = tmp_path / "s"
    known = [{"title": "default/db-0:db"}, {"title": "default/web:nginx"}]
    answer = {"error": "no container is known", "candidates": known}
    with daemon(path, (404, answer)), pytest.raises(problem.Problem) as error:
        run(word, "--socket", str(path))

    assert error.value.message == f"cannot explain {word}: there is no such pod or container"
    assert error.value.hint == hint


def test_what_was_decided_then_is_told_apart_from_now(tmp_path: Path) -> None:
    """Words that are the same are there once, others say that they are of now."""
    path = tmp_path / "s"
    recorded = [{"time": "2026-01-02T03:04:05Z", "text": "as before"}]
    told = {**TOLD, "container": "default/a:c", "text": ["as before", "otherwise"]}
    with daemon(path, (200, {**told, "recorded": recorded})):
        _, out, _ = run("a:c", "--socket", str(path))

    assert out.count("as before") == 1
    assert "  now it would be:\n    otherwise\n" in out
    assert "\nCompared as if it came now, beside all that are there:\n" in out


def test_a_refusal_that_is_remembered_has_no_rule(tmp_path: Path) -> None:
    """The container is not known any more, so there is nothing that could be worked out."""
    path = tmp_path / "s"
    recorded = [{"time": "2026-01-02T03:04:05Z", "text": "refused: no CPU is left"}]
    told = {"container": "default/a:c", "state": "refused", "refusal": "no CPU is left", "rule": ""}
    with daemon(path, (200, {**told, "recorded": recorded})):
        status, out, _ = run("a", "--socket", str(path))

    assert status == exits.PROBLEM
    assert out == (
        "default/a:c\nstate    refused\nrefused  no CPU is left\n"
        "  2026-01-02T03:04:05Z: refused: no CPU is left\n"
    )


def test_no_text_is_obeyed_by_a_terminal(tmp_path: Path) -> None:
    """Annotations of a pod are in the words of its refusal."""
    path = tmp_path / "s"
    recorded = [{"time": "2026-01-02T03:04:05Z", "text": "refused: \x1b[2J\nodd"}]
    told = {**TOLD, "container": "a\x1b[2J", "text": ["so \x1b[2J"], "refusal": "odd \x1b[2J\nend"}
    with daemon(path, (200, {**told, "recorded": recorded})):
        _, out, _ = run("a", "--socket", str(path))

    assert "\x1b" not in out
    assert "refused  odd  [2J; end\n" in out
