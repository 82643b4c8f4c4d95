# SPDX-License-Identifier: Apache-2.0
"""Drawing and recording machines from the command line."""

import dataclasses
import io
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from unit.resmgr.sysfs import speeds as selects

from ctl import exits, hardware, machines, main, problem
from ctl.machines import tree
from ctl.records import folder
from resmgr.sysfs import discover, speeds

ROOT = Path("/")
CONTAINER = {
    "namespace": "default",
    "pod": "web",
    "container": "nginx",
    "cpus": "2-3",
    "exclusive": "2-3",
    "pool": "node 0",
}
PAGE = {
    "Pods": {"p": {"UID": "u", "Name": "web", "Containers": {"c": {"ID": "c", "Name": "nginx"}}}},
    "Assignments": {"c": {"ContainerID": "c", "SharedCPUs": "0"}},
}


def call(*words: str) -> tuple[int, str, str]:
    """Run the command; give status, output and errors."""
    arguments = main.parser({"topology"}).parse_args(["topology", *words])
    out, err = io.StringIO(), io.StringIO()
    try:
        status = arguments.run(arguments, out, err)
    except problem.Problem as error:
        return error.status, out.getvalue(), f"{error.message}\n{error.hint}"
    return status, out.getvalue(), err.getvalue()


def simulated(folder: Path, **changes: Any) -> Path:
    """Write what a simulation printed."""
    path = folder / "simulated.json"
    path.write_text(json.dumps({"containers": [CONTAINER | changes]}), encoding="utf-8")
    return path


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Path]:
    """A socket at which something answers one request as the daemon would."""
    path = tmp_path / "socket"
    body = json.dumps(PAGE).encode()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(path))
        listener.listen()

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + body)

        thread = threading.Thread(target=answer)
        thread.start()
        yield path
        thread.join()


def test_a_machine_is_drawn(tmp_path: Path) -> None:
    """With its distances, and who is on it."""
    status, out, err = call("--machine=1x2x2x1", f"--from={simulated(tmp_path)}")

    assert (status, err) == (exits.FINE, "")
    assert "└─ node 1: DRAM 64Gi, CPUs 2-3 (2)\n   [2A] [3A]\n" in out
    assert "DISTANCE   0   1\nnode 0    10  12\n" in out
    assert "MARK  CONTAINER          POOL    EXCLUSIVE  SHARED\nA     default/web:nginx" in out


def test_the_daemon_is_asked_who_is_on_this_machine(daemon: Path) -> None:
    """Its containers are shown without further words."""
    status, out, _ = call(f"--socket={daemon}", "-o", "json")

    assert status == exits.FINE
    assert json.loads(out)["containers"] == [
        {"name": "web:nginx", "pool": "", "exclusive": "", "shared": "0"}
    ]


def test_a_daemon_that_is_named_is_asked_about_its_root(daemon: Path) -> None:
    """Where it has another one than this machine's, which both are given."""
    _, out, _ = call(f"--socket={daemon}", "--sysfs-root=/.", "-o", "json")

    assert [one["name"] for one in json.loads(out)["containers"]] == ["web:nginx"]


@pytest.mark.parametrize("words", [("--no-containers",), ("--machine=laptop",)])
def test_the_daemon_is_not_asked_if_nobody_wants_it(tmp_path: Path, words: tuple[str, ...]) -> None:
    """What it knows has nothing to do with another machine."""
    path = tmp_path / "socket"
    path.write_text("whoever connects fails", encoding="ascii")
    status, out, err = call(f"--socket={path}", *words, "-o", "json")

    assert (status, err) == (exits.FINE, "")
    assert "containers" not in json.loads(out)


def test_a_machine_is_drawn_though_the_daemon_does_not_answer(tmp_path: Path) -> None:
    """A note says why there are no containers."""
    path = tmp_path / "socket"
    path.write_text("", encoding="ascii")
    status, out, err = call(f"--socket={path}")

    assert status == exits.FINE
    assert "package 0: CPU" in out
    assert err.startswith("cri-resmgrctl: note: containers are not shown: cannot ask the daemon")


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_documents_have_everything(tmp_path: Path, form: str) -> None:
    """The machine and who is there, in either form."""
    _, out, _ = call("--machine=1x2x2x1", f"--from={simulated(tmp_path)}", "-o", form)
    found = yaml.safe_load(out)

    assert found["cpus"] == "0-3"
    assert found["containers"][0]["exclusive"] == "2-3"


def test_cores_are_drawn_as_is_asked_for() -> None:
    """Folded, or each, in ASCII."""
    assert "2 cores, CPUs 0-1 (2): idle" in call("--machine=1x1x2x1", "--cores=folded")[1]
    assert "[0.] [1.]" in call("--machine=1x1x2x1", "--ascii")[1]


def test_what_cannot_be_on_the_machine_is_noted(tmp_path: Path) -> None:
    """Containers of another machine have CPUs that this one has not."""
    _, out, err = call("--machine=1x1x2x1", f"--from={simulated(tmp_path)}")

    assert "containers have CPUs 2-3, which this machine has not" in err
    assert out.startswith("2 CPUs")


def test_a_page_is_written(tmp_path: Path) -> None:
    """Its path is told, and the page names the machine."""
    path = tmp_path / "page.html"
    status, out, _ = call("--machine=snc", f"--from={simulated(tmp_path)}", f"--html={path}")

    assert (status, out) == (exits.FINE, f"{path}\n")
    assert "<h1>snc</h1>" in path.read_text(encoding="utf-8")


def test_a_page_is_no_document(tmp_path: Path) -> None:
    """Who asks for both is told to choose."""
    status, _, err = call("--machine=snc", f"--html={tmp_path / 'page'}", "-o", "json")

    assert status == exits.USAGE
    assert "as a page and as json at once" in err


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[]", "it is no object"),
        ("{", "it is neither one document of JSON nor of YAML"),
        ("[" * 200_000, "it is nested too deep"),
        ("{}", "expected what /introspect or `simulate -o json` gives"),
    ],
)
def test_other_documents_are_refused(tmp_path: Path, content: str, message: str) -> None:
    """The message names the file."""
    path = tmp_path / "file"
    path.write_text(content, encoding="ascii")
    status, _, err = call("--machine=snc", f"--from={path}")

    assert status == exits.PROBLEM
    assert f"cannot read {path}: {message}" in err


def test_a_page_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """The message names the file."""
    status, _, err = call("--machine=snc", f"--html={tmp_path / 'no' / 'page'}")

    assert status == exits.PROBLEM
    assert f"cannot write {tmp_path / 'no' / 'page'}: No such file" in err


@pytest.mark.parametrize("name", ["record.tar.gz", "record.tgz", "folder"])
def test_a_record_is_a_machine(tmp_path: Path, name: str) -> None:
    """What is recorded is read again, from an archive and from a folder."""
    path = tmp_path / name
    status, out, err = call("--machine=hybrid:offline=7", "record", "-o", str(path))

    assert (status, err) == (exits.FINE, "")
    assert out.endswith(f"files of sysfs are in {path}\n")
    assert hardware.of(str(path)).read().machine == machines.parse("hybrid:offline=7")


def test_a_record_has_speed_select(tmp_path: Path) -> None:
    """It is shown, and makes priorities, where the machine itself is not at hand."""
    plain = machines.parse("1x1x4x1")
    package = dataclasses.replace(plain.packages[0], speed_select=selects.example(0b1111))
    told = tree.files(dataclasses.replace(plain, packages={0: package}))
    folder.write(tmp_path / "machine", {name: text.encode() for name, text in told.items()})
    _, drawn, _ = call(f"--machine={tmp_path / 'machine'}")
    _, document, _ = call(f"--sysfs-root={tmp_path / 'machine'}", "-o", "json")
    _, page, _ = call(f"--machine={tmp_path / 'machine'}", f"--html={tmp_path / 'page.html'}")

    assert "package 0: CPUs 0-3 (4), SST-PP profile 1, SST-CP ordered\n" in drawn
    assert json.loads(document)["priorities"] == {"high": "0", "normal": "", "low": "1-3"}
    assert "SST-CP ordered" in Path(page.strip()).read_text(encoding="utf-8")


def test_a_record_of_what_is_broken_says_so(tmp_path: Path) -> None:
    """What is not needed is a note."""
    call("--machine=1x1x2x1", "record", "-o", str(tmp_path / "folder"))
    (tmp_path / "folder" / speeds.RECORD).write_text("{", encoding="ascii")
    path = tmp_path / "record.tar.gz"
    status, _, err = call("record", f"--sysfs-root={tmp_path / 'folder'}", "-o", str(path))

    assert status == exits.FINE
    assert err.startswith("cri-resmgrctl: note: cannot read ")


def test_this_machine_is_recorded(tmp_path: Path) -> None:
    """A record of it is what discovery reads of it."""
    path = tmp_path / "record.tar.gz"
    status, _, _ = call("record", "-o", str(path))
    here = discover.discover(ROOT, detailed=True, device=speeds.source(ROOT)).machine

    assert status == exits.FINE
    assert hardware.of(str(path)).read().machine == here


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A file that is there is left as it is."""
    path = tmp_path / "record.tar.gz"
    path.write_text("mine", encoding="ascii")
    status, _, err = call("--machine=snc", "record", "-o", str(path))

    assert status == exits.PROBLEM
    assert f"cannot write {path}: it is there already" in err
    assert path.read_text(encoding="ascii") == "mine"


def test_a_machine_that_cannot_be_read_is_recorded_all_the_same(tmp_path: Path) -> None:
    """The record is written, and what is wrong is told."""
    call("--machine=1x1x2x1", "record", "-o", str(tmp_path / "folder"))
    broken = tmp_path / "folder/sys/devices/system/cpu/cpu1/topology/core_id"
    broken.write_text("x", encoding="ascii")
    path = tmp_path / "record.tar.gz"
    status, _, err = call("record", f"--sysfs-root={tmp_path / 'folder'}", "-o", str(path))

    assert status == exits.PROBLEM
    assert "the machine cannot be read" in err
    assert "core_id: 'x' is no number" in err
    assert path.exists()


def test_a_folder_without_a_machine_is_not_recorded(tmp_path: Path) -> None:
    """There is nothing to write."""
    path = tmp_path / "record.tar.gz"
    status, _, err = call("record", f"--sysfs-root={tmp_path}", "-o", str(path))

    assert status == exits.PROBLEM
    assert err.startswith("cannot record a machine: cannot find a CPU in")
    assert not path.exists()
