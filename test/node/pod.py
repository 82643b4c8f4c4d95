# SPDX-License-Identifier: Apache-2.0
"""A node with an installation pod: a model that knows which steps are done, and a clock of its own.

Steps are carried out on the model at once; what they do to a real node is tested with them.
"""

import io
from collections.abc import Callable, Sequence
from pathlib import Path

from installer import (
    admission,
    execute,
    facts,
    files,
    journal,
    keep,
    life,
    log,
    names,
    outlook,
    parts,
    paths,
    plan,
    problem,
    publish,
    selection,
    status,
)
from installer.api import nodes
from installer.execute import End, Outcome
from installer.steps import interface

from . import api_server

LASTING = frozenset({"tree", "rescue", "configuration", "units", "relay", "endpoint"})
CHOSEN = selection.Selection(pools=("workers",))


class Clock:
    """Time that passes when somebody waits; `stopped` ends every wait."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.stopped = False

    def now(self) -> float:
        """Seconds since 1970."""
        return 1.7e9 + self.time

    def monotonic(self) -> float:
        """Seconds since boot."""
        return self.time

    def wait(self, seconds: float) -> bool:
        """Pass."""
        self.time += seconds
        return not self.stopped

    def idle(self, seconds: float) -> bool:
        """Pass."""
        return self.wait(seconds)


class Systemd:
    """Counts what is asked of it."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def reload(self) -> None:
        """Count."""
        self.asked.append("reload")

    def start(self, unit: str) -> None:
        """Count."""
        self.asked.append(f"start {unit}")

    def stop(self, unit: str) -> None:
        """Count."""
        self.asked.append(f"stop {unit}")

    def restart(self, unit: str) -> None:
        """Count."""
        self.asked.append(f"restart {unit}")

    restart_alone = restart

    def enable(self, unit: str) -> None:
        """Count."""
        self.asked.append(f"enable {unit}")

    def disable(self, unit: str) -> None:
        """Count."""
        self.asked.append(f"disable {unit}")

    def reset_failed(self, unit: str) -> None:
        """Count."""
        self.asked.append(f"reset {unit}")

    def state(self, unit: str) -> interface.UnitState:
        """Know all units as dead."""
        return interface.UnitState(sub=f"no {unit}")

    def processes(self, unit: str) -> tuple[interface.Process, ...]:
        """Know of no process."""
        self.asked.append(f"look at {unit}")
        return ()

    def run_once(self, argv: Sequence[str], timeout: float) -> int:
        """Count."""
        self.asked.append(f"{' '.join(argv)} for {timeout}")
        return 0


class Edge:
    """A kubelet and a gate that are fine."""

    def healthy(self) -> bool:
        """Say so."""
        return True

    def ready(self) -> bool | None:
        """Say so."""
        return True

    def check(self) -> interface.GateResult:
        """Say so."""
        return interface.GateResult(ok=True)

    def release(self) -> interface.GateResult:
        """Nothing is pinned."""
        return interface.GateResult(ok=True)


class Node:
    """A node with an installation pod; `pod` starts the next one."""

    def __init__(self, root: Path, *, remove: bool = False) -> None:
        self.clock, self.systemd = Clock(), Systemd()
        self.server = api_server.ApiServer("n")
        self.server.nodes["n"]["metadata"]["labels"][names.POOL_LABEL] = "workers"
        self.layout = paths.Layout(root)
        self.version = "1.0"
        self.chosen = CHOSEN
        self.done: frozenset[str] = frozenset()
        self.present: frozenset[str] = frozenset()
        self.outcomes: list[Outcome] = []
        self.during: Callable[[], object] = lambda: None
        """What happens while actions are carried out."""
        self.recovered: list[Outcome] = []
        """What comes of a run that was interrupted, see `open_run`."""
        self.runs: list[str] = []
        self.looks: list[bool] = []
        """Whether each look at the node was a thorough one."""
        self.refusal: parts.Refusal | None = None
        self.broken = self.trouble = self.blind = ""
        self.seen = keep.Look()
        self.shown: list[status.Status] = []
        self.rollout = root / "rollout.json"
        self.rollout.write_text("{}")
        self.identity = "pod-1"
        self.boot = "boot-1"
        self.remove = remove
        self.log = io.StringIO()
        self.life = self.pod()

    def pod(self) -> life.Life:
        """Start a pod."""
        lines = log.Log(self.log, now=self.clock.now)
        api = nodes.Nodes("n", self.server.send)
        publisher = publish.Publisher(api, lines)
        edge = Edge()
        node = interface.Node(self.layout, files.Files(), self.systemd, edge, edge, self.clock)
        self.life = life.Life(
            parts.Parts(
                node=node,
                loop=self.clock,
                outlook=outlook.Outlook(
                    api,
                    self.chosen,
                    self.rollout,
                    publisher,
                    monotonic=self.clock.monotonic,
                    log=lines,
                ),
                publisher=publisher,
                admission=admission.Admission(api, self.chosen, monotonic=self.clock.monotonic),
                lines=lines,
                wanted=self._wanted,
                identity=lambda wanted: f"{wanted.tree} {self.identity}",
                gather=self._gather,
                refuse=lambda node: self.refusal,
                look=self._look,
                policy=lambda: "none",
                show=self.shown.append,
                carry_out=self._carry_out,
                recover=self._recover,
                boot=self.boot,
                remove=self.remove,
            )
        )
        return self.life

    def turns(self, count: int = 1) -> str:
        """Live for some turns; give the state."""
        for _ in range(count):
            self.clock.wait(self.life.turn())
        return self.life.standing.state

    def until(self, seconds: float) -> str:
        """Live for so long; give the state."""
        end = self.clock.time + seconds
        while self.clock.time < end:
            self.turns()
        return self.life.standing.state

    def label(self) -> str:
        """What the Node says."""
        return self.server.labels("n").get(names.STATE_LABEL, "")

    def _wanted(self) -> interface.Wanted:
        if self.broken:
            raise problem.Problem(self.broken)
        return interface.Wanted(self.version, self.version, Path("/b"), "2.17", {}, {})

    def _gather(self, node: interface.Node, _journal: journal.Journal) -> facts.Facts:
        self.looks.append(node.wanted is not None and node.wanted.thorough)
        if self.blind:
            raise problem.Problem(self.blind)
        return facts.Facts(
            done=self.done | {"takeover"},
            present=self.present,
            disabled=self.layout.disabled.exists(),
            rescued=facts.rescued(node),
        )

    def _look(self, _node: interface.Node) -> keep.Look:
        if self.trouble:
            raise problem.Problem(self.trouble)
        return self.seen

    def _carry_out(
        self, actions: Sequence[plan.Action], _node: interface.Node, _journal: journal.Journal
    ) -> Outcome:
        self.during()
        first = actions[0]
        self.runs.append(f"{type(first).__name__} {first.step}")
        if self.outcomes:
            return self.outcomes.pop(0)
        for action in actions:
            if action.step not in LASTING:
                continue
            if isinstance(action, plan.Apply):
                self.done |= {action.step}
                self.present |= {action.step}
            else:
                self.done -= {action.step}
                self.present -= {action.step}
        return Outcome(End.DONE)

    def revision(self) -> str:
        """What the wanted version is told as."""
        return self._wanted().revision

    def _recover(self, opened: journal.Journal, node: interface.Node) -> Outcome | None:
        return self.recovered.pop(0) if self.recovered else execute.recover(opened, node)

    def open_run(self) -> None:
        """Leave a run that was interrupted."""
        journal.Journal.open(files.Files(), self.layout.journal).begin("relay", {})

    def switch_off(self) -> None:
        """A person's switch."""
        self.layout.disabled.parent.mkdir(parents=True, exist_ok=True)
        self.layout.disabled.touch()

    def rescue(self, text: str) -> None:
        """The node gives the kubelet back by itself."""
        self.layout.rescued.parent.mkdir(parents=True, exist_ok=True)
        self.layout.rescued.write_text(text)
        self.done -= {"endpoint"}
        self.present -= {"endpoint"}
        self.seen = keep.Look(rescued=True)
