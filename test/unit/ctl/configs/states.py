# SPDX-License-Identifier: Apache-2.0
"""What a daemon remembers, made by its own engine: pods on a machine of four CPUs."""

from pathlib import Path
from typing import Any

from unit.ctl.checks import nodes

from ctl.configs import judge, trial
from resmgr import cpuset
from resmgr.engine import events
from resmgr.engine.engine import Engine
from resmgr.model import Container, LinuxResources, Pod, Qos
from resmgr.policy.interface import Policy
from resmgr.state import replay
from resmgr.state.changes import PutContainer, PutPod, PutPolicy, Saved
from resmgr.state.store import Store

STATIC = "policy: {Active: static, ReservedResources: {CPU: 'cpuset:0'}}"


def hardware(root: Path, cpus: int = 4) -> trial.Hardware:
    """Make a machine below a root."""
    nodes.cpus(root, cpus)
    return trial.Hardware.below(root)


def policy(text: str, on: trial.Hardware) -> Policy[Any]:
    """Make the policy of a configuration."""
    return on.policy(judge.of(text).settings.policy)


def remembered(on: trial.Hardware, /, **wanted: int) -> Saved:
    """Give what is remembered after pods came: name -> whole CPUs, 0 for one that asks for none."""
    return lived(on, **wanted)[1]


def lived(on: trial.Hardware, /, **wanted: int) -> tuple[Engine, Saved]:
    """Give the same with the engine that is at work."""
    free = LinuxResources(cpuset_cpus=on.machine.online, cpuset_mems=cpuset.of(on.machine.nodes))
    engine = Engine(policy(STATIC, on), Saved(), unpinned=free)
    saved = replay.apply(Saved(), engine.start(events.Synchronised((), ())).changes)
    for number, (name, cpus) in enumerate(wanted.items()):
        qos = Qos.GUARANTEED if cpus else Qos.BEST_EFFORT
        pod = Pod(f"pod-{number}", f"uid-{number}", name, "default", qos=qos)
        linux = LinuxResources(
            shares=cpus * 1024 or 2, quota=cpus * 100_000, period=100_000 if cpus else 0
        )
        container = Container("", pod.id, "main", namespace="default", linux=linux)
        outcome = engine.handle(events.ContainerCreating(container, pod))
        saved = replay.apply(saved, outcome.changes)
        assert outcome.container is not None
        key = outcome.container.cache_id
        for event in (events.ContainerCreated(key, name), events.ContainerStarted(name)):
            saved = replay.apply(saved, engine.handle(event).changes)
    return engine, saved


def written(folder: Path, saved: Saved) -> None:
    """Write it where a daemon would keep it."""
    with Store.open(folder, now=lambda: 0.0) as store:
        store.load()
        store.write(
            [
                *map(PutPod, saved.pods.values()),
                *map(PutContainer, saved.containers.values()),
                PutPolicy(saved.policy_name, saved.policy),
            ]
        )
