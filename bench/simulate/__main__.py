# SPDX-License-Identifier: Apache-2.0
"""Measure `cri-resmgrctl simulate` for each policy, from the start of the process to its end.

Run it by `make bench BENCH=simulate`; 1 when a simulation misses its target. It waits for nothing,
so that its CPU time is what it takes on a machine that does nothing else, and counts.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import yaml

from ctl import machines

from .. import cli, shown
from ..policy.scenes import SCENES, Scene
from . import work

_PROGRAM = "from ctl.main import main; raise SystemExit(main())"
_HEAD = ("policy", "seconds", "CPU seconds", "memory, MB", "refused", "in time")


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    policies = [scene.policy for scene in SCENES]
    parser = argparse.ArgumentParser(prog="bench.simulate", description=__doc__)
    parser.add_argument("--policies", nargs="+", choices=policies, default=policies)
    parser.add_argument("--machine", default=work.MACHINE, help="(default: %(default)s)")
    parser.add_argument("--pods", type=int, default=work.PODS, help="(default: %(default)s)")
    parser.add_argument("--markdown", action="store_true", help="show tables as Markdown")
    return parser.parse_args(arguments)


def measure(scene: Scene, machine: str, pods: int, folder: Path) -> tuple[tuple[str, ...], bool]:
    """Run one simulation; give its row, and whether it was in time."""
    config, manifests = folder / "config.yaml", folder / "pods.yaml"
    config.write_text(scene.document(machines.parse(machine)), encoding="utf-8")
    made = work.pods(pods, scene.annotations)
    manifests.write_text(yaml.dump_all(made, Dumper=yaml.CSafeDumper), encoding="utf-8")
    words = ["simulate", "--summary", "--machine", machine, "-c", str(config), str(manifests)]
    with (folder / "out").open("w+", encoding="utf-8") as out:
        began = time.perf_counter()
        child = subprocess.Popen([sys.executable, "-c", _PROGRAM, *words], stdout=out)
        _, status, used = os.wait4(child.pid, 0)
        took = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        refused = sum(line.startswith("refused ") for line in out)
    if child.returncode not in {0, 1}:
        raise SystemExit(f"the simulation of {scene.policy} ended with {child.returncode}")
    in_time = used.ru_utime + used.ru_stime <= work.TARGET
    row = (
        scene.policy,
        f"{took:.2f}",
        f"{used.ru_utime + used.ru_stime:.2f}",
        f"{used.ru_maxrss / 1024:.0f}",
        str(refused),
        "yes" if in_time else "no",
    )
    return row, in_time


def main() -> int:
    """Measure; give the exit status."""
    wanted, host = parse(), cli.Host()
    rows: list[tuple[str, ...]] = [_HEAD]
    fine = True
    for scene in SCENES:
        if scene.policy in wanted.policies:
            with tempfile.TemporaryDirectory() as folder:
                row, in_time = measure(scene, wanted.machine, wanted.pods, Path(folder))
            rows.append(row)
            fine = fine and in_time
    what = {"pods": f"{wanted.pods}, on {wanted.machine}", "target": f"{work.TARGET:g} s"}
    cli.show(wanted, shown.tables([shown.machine(host.described(what)), rows]))
    return 0 if fine else 1


if __name__ == "__main__":
    raise SystemExit(main())
