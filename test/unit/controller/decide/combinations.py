# SPDX-License-Identifier: Apache-2.0
"""All combinations of what can be seen of an Extension, each with what is decided about it."""

import itertools
from dataclasses import dataclass
from datetime import UTC, datetime

from unit.controller import objects

from controller import cluster, decide, extension, observed
from controller.decide import plan

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)
DELETED = "2026-08-01T11:30:00Z"

ANNOTATIONS = ("", "reconcile", "restore", "migrate", "wait-for-state", "maintain")
FINALIZERS = ((), (objects.OWN,), ("foreign/x", objects.OWN), ("foreign/x",))
LASTS = (
    None,
    *itertools.product(
        ("Create", "Reconcile", "Delete", "Migrate", "Restore"),
        ("Processing", "Succeeded", "Error"),
    ),
    ("LiveMigrate", "Failed"),
)
CLUSTERS = {
    "missing": None,
    "awake": objects.cluster(),
    "testing": objects.cluster(purpose="testing"),
    "hibernated": objects.cluster(hibernation=True),
    "workerless": objects.cluster(pools=()),
    "failed": objects.cluster(failed=True),
    "deleting": objects.cluster(deleting=True),
    "force": objects.cluster(force=True),
    "failed force": objects.cluster(failed=True, force=True),
}
RECENT, OVERDUE = "2026-08-01T11:45:00Z", "2026-08-01T11:30:00Z"
NODES = {
    "none": None,
    "installed": objects.managed_resource(),
    "installing": objects.managed_resource(state="rolling"),
    "cleaning": objects.managed_resource(phase="cleanup", since=RECENT, state="rolling"),
    "clean": objects.managed_resource(phase="cleanup", since=RECENT),
    "unseen": objects.managed_resource(phase="cleanup", since=RECENT, state="unseen"),
    "overdue": objects.managed_resource(phase="cleanup", since=OVERDUE, state="failing"),
    "keep unseen": objects.managed_resource(keep=True, state="unseen"),
    "keep": objects.managed_resource(keep=True, state="failing"),
    "going": objects.managed_resource(deleting=True, keep=True),
}
MONITORINGS = {
    "none": None,
    "there": objects.managed_resource(objects.MONITORING),
    "going": objects.managed_resource(objects.MONITORING, deleting=True),
}


@dataclass(frozen=True, slots=True)
class Case:
    """One combination and what was decided."""

    annotation: str
    deleting: bool
    finalizers: tuple[str, ...]
    last: tuple[str, str] | None
    cluster: str
    node: str
    monitoring: str
    trigger: observed.Trigger
    decided: plan.Plan

    @property
    def steps(self) -> tuple[plan.Step, ...]:
        """The plan's steps."""
        return self.decided.steps

    @property
    def owned(self) -> bool:
        """Whether our finalizer is on the object."""
        return objects.OWN in self.finalizers

    @property
    def gone_elsewhere(self) -> bool:
        """Whether the object was migrated away and nobody asks to bring it back (2.3)."""
        back = self.annotation == "restore" and not self.deleting
        return self.last == ("Migrate", "Succeeded") and self.annotation != "migrate" and not back

    @property
    def left_alone(self) -> bool:
        """Whether the contract forbids any action (2.3 to 2.7)."""
        unfinished = self.last is None or self.last[1] != "Succeeded"
        return (
            self.annotation == "wait-for-state"
            or self.gone_elsewhere
            or self.cluster == "failed"
            or (self.deleting and self.annotation != "migrate" and not self.owned)
            or (
                self.trigger is observed.Trigger.SETTLED
                and (unfinished or self.deleting or bool(self.annotation))
            )
        )

    @property
    def migrating(self) -> bool:
        """Whether the plan is for a migration."""
        again = self.last is not None and self.last[0] == "Migrate" and self.last[1] != "Succeeded"
        return not self.left_alone and (
            self.annotation == "migrate"
            or (again and not self.deleting and self.annotation != "restore")
        )

    @property
    def removing(self) -> bool:
        """Whether the plan is for a deletion."""
        return not self.left_alone and not self.migrating and self.deleting

    @property
    def installing(self) -> bool:
        """Whether the plan is for a create, reconcile or restore, and the Cluster is there."""
        return not (self.left_alone or self.migrating or self.deleting or self.cluster == "missing")

    def of(self, *kinds: type) -> list[plan.Step]:
        """Give the steps of some kinds."""
        return [step for step in self.steps if isinstance(step, kinds)]

    @property
    def statuses(self) -> list[plan.WriteStatus]:
        """Give the status writes."""
        return [step for step in self.steps if isinstance(step, plan.WriteStatus)]

    def deletes(self, name: str) -> bool:
        """Tell whether a ManagedResource is deleted."""
        return plan.DeleteManagedResource(name) in self.steps


def all_cases() -> list[Case]:
    """Decide about every combination."""
    clusters = {key: cluster.parse(raw) if raw else None for key, raw in CLUSTERS.items()}
    nodes = {key: observed.parse(raw) if raw else None for key, raw in NODES.items()}
    monitorings = {key: observed.parse(raw) if raw else None for key, raw in MONITORINGS.items()}
    worlds = [
        (
            node,
            monitoring,
            trigger,
            observed.World(nodes[node], monitorings[monitoring], trigger=trigger),
        )
        for node, monitoring, trigger in itertools.product(NODES, MONITORINGS, observed.Trigger)
        # The full product of these three would only repeat itself.
        if monitoring == "there" or (node in {"none", "clean", "going"})
    ]
    found = []
    for annotation, deleting, finalizers, last in itertools.product(
        ANNOTATIONS, (False, True), FINALIZERS, LASTS
    ):
        subject = extension.parse(
            objects.extension(
                operation=annotation,
                deleting=DELETED if deleting else "",
                finalizers=finalizers,
                last=last,
            )
        )
        for name, facts in clusters.items():
            for node, monitoring, trigger, world in worlds:
                decided = decide.decide(subject, facts, NOW, world)
                found.append(
                    Case(
                        annotation,
                        deleting,
                        finalizers,
                        last,
                        name,
                        node,
                        monitoring,
                        trigger,
                        decided,
                    )
                )
    return found
