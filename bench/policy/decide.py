# SPDX-License-Identifier: Apache-2.0
"""Decisions alone: an engine in this process, without messages, files and other programs."""

import itertools
import time
from collections.abc import Iterator, Sequence

from resmgr.cri import containers, pods
from resmgr.daemon.process import garbage
from resmgr.engine import events
from resmgr.engine.engine import Engine
from resmgr.policy import registry
from resmgr.policy.interface import Constraints
from resmgr.state.changes import Saved
from resmgr.sysfs.machine import Machine

from . import results
from .scenes import RESERVED, Kind, Scene


class Refused(Exception):
    """A container found no place; the text is the policy's."""


class Bench:
    """One policy at work on a machine."""

    def __init__(self, scene: Scene, machine: Machine) -> None:
        """Begin without containers."""
        limits = Constraints(reserved_milli=1000 * RESERVED)
        policy = registry.load(scene.policy)(machine, limits, scene.config(machine))
        self.engine = Engine(policy, Saved())
        self.engine.start(events.Synchronised((), ()))
        garbage.settle()
        self._scene = scene
        self._cpus = machine.online.bit_count()
        self._numbers = itertools.count()
        self._there = 0

    def run(self, sizes: Sequence[int], calls: int) -> Iterator[results.Decision]:
        """Measure beside so many containers, ascending; `calls` of each kind."""
        for size in sizes:
            while self._there < size:
                self._finish(self.begin(Kind.SHARED)[0])
                self._there += 1
            for kind in Kind:
                taken = [self._life(kind) for _ in range(calls)]
                times = results.Times.of(*zip(*taken, strict=True))
                where = results.Where(self._scene.policy, self._cpus, size)
                yield results.Decision(where, kind.value, times)

    def _life(self, kind: Kind) -> tuple[float, float]:
        """Create and remove one; give the seconds of both decisions. Raises `Refused`."""
        event, created = self.begin(kind)
        self._finish(event)
        removed = events.ContainerRemoved(self._id(event))
        began = time.thread_time()
        self.engine.handle(removed)
        took = time.thread_time() - began
        self.engine.handle(events.PodRemoved(event.pod.id))
        return created, took

    def begin(self, kind: Kind) -> tuple[events.ContainerCreating, float]:
        """Decide on a new container; give the seconds. Raises `Refused`."""
        name = f"pod-{next(self._numbers)}"
        request = self._scene.request(kind, name, name)
        self.engine.handle(events.PodStarted(pods.configured(name, request.sandbox_config)))
        event = containers.creating(request)
        began = time.thread_time()
        outcome = self.engine.handle(event)
        took = time.thread_time() - began
        if outcome.refusal or outcome.failure:
            raise Refused(outcome.refusal.message if outcome.refusal else outcome.failure)
        return event, took

    def _finish(self, event: events.ContainerCreating) -> None:
        cache_id = self.engine.ledger.cache_id(event.container)
        self.engine.handle(events.ContainerCreated(cache_id, self._id(event)))
        self.engine.handle(events.ContainerStarted(self._id(event)))

    def _id(self, event: events.ContainerCreating) -> str:
        return f"id-{event.pod.id}"
