# SPDX-License-Identifier: Apache-2.0
"""What is to be done with this node just now. Pure: everything it depends on is in `Given`.

The order of the questions is the order of their weight: taking away comes before everything, then a
person's switch, then what failed before, then whether the node is fit at all.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from . import facts as node_facts
from . import plan, status
from .steps import interface


class Kind(StrEnum):
    """Why something is done."""

    INSTALL = "install"
    """Something new comes: others may have to come first."""
    REPAIR = "repair"
    """What served the kubelet is put right again; nobody is asked."""
    DISABLE = "disable"
    """A person wants the kubelet on containerd; nobody is asked."""
    GIVE_BACK = "give back"
    """What the rescue has begun is ended: it was cut off, or the kubelet was not restarted."""
    REMOVE = "remove"
    """Nothing of ours shall be left."""


@dataclass(frozen=True, slots=True)
class Run:
    """Carry these actions out."""

    kind: Kind
    actions: tuple[plan.Action, ...]


@dataclass(frozen=True, slots=True)
class Rest:
    """Nothing is to be done; this is where the node stands."""

    state: str
    reason: str = ""
    hint: str = ""
    ready: bool = True


Decision = Run | Rest


@dataclass(frozen=True, slots=True)
class Given:
    """What the decision depends on."""

    facts: node_facts.Facts
    standing: status.Status = field(default_factory=status.Status)
    """What was known before."""
    remove: bool = False
    """The program runs with `--remove`."""
    selected: bool | None = True
    """None: the Node's labels have never been read."""
    wanted: interface.Wanted | None = None
    """What is to be there; None when `unwanted` says why that cannot be told."""
    unwanted: str = ""
    unwanted_hint: str = ""
    refusal: str = ""
    """What preflight says about a node that is not on the relay; empty: it is fit."""
    refusal_hint: str = ""
    retry: float | None = 0.0
    """Seconds until it may be tried again, None: never."""
    patient: bool = True
    """Whether there is still time to wait for the Node's labels before the pod is Ready."""


_SWITCHED_OFF = "a person has switched it off"
_SWITCH_HINT = "rm /etc/cri-resmgr/disabled"
_NEW = frozenset({"takeover", "tree", "configuration", "units"})


def decide(given: Given) -> Decision:
    """Tell what comes next."""
    return _leaving(given) or _switched_off(given) or _unfit(given) or _coming(given)


def _leaving(given: Given) -> Decision | None:
    """The node shall have nothing of ours, or nobody knows whether it shall."""
    facts = given.facts
    if given.remove or given.selected is False:
        actions = plan.plan(facts, None)
        return Run(Kind.REMOVE, actions) if actions else Rest(status.ABSENT)
    if given.selected is None and not facts.present:
        reason = "the labels of the Node could not be read yet"
        return Rest(status.ABSENT, reason, ready=not given.patient)
    return None


def _switched_off(given: Given) -> Decision | None:
    """A person's switch is set."""
    facts = given.facts
    if not facts.disabled:
        return None
    actions = plan.plan(facts, given.wanted) if given.wanted else _back(facts)
    if actions:
        return Run(Kind.DISABLE, actions)
    return Rest(status.DISABLED, _SWITCHED_OFF, _SWITCH_HINT)


def _unfit(given: Given) -> Decision | None:
    """What is wanted cannot be had: it is not known, has failed before, or the node is refused."""
    there = "endpoint" in given.facts.present
    if given.wanted is None:
        state = given.standing.state if there else status.UNSUPPORTED
        return Rest(state or status.ACTIVE, given.unwanted, given.unwanted_hint)
    if given.retry != 0.0 and given.standing.state == status.ROLLED_BACK:
        if given.facts.rescued and given.facts.on_relay is True:
            return Run(Kind.GIVE_BACK, (plan.Revert("endpoint"),))
        return _rolled_back(given)
    if given.refusal and not there:
        return Rest(status.UNSUPPORTED, given.refusal, given.refusal_hint)
    return None


def _coming(given: Given) -> Decision:
    """Everything speaks for it: bring it, or put right what is not as it was."""
    wanted = given.wanted
    actions = plan.plan(given.facts, wanted)
    if not actions:
        version = wanted.version if wanted else ""
        return Rest(status.ACTIVE, f"the kubelet is served by version {version}")
    steps = {action.step for action in actions}
    known = given.standing.state == status.ACTIVE and not steps & _NEW
    return Run(Kind.REPAIR if known else Kind.INSTALL, actions)


def _back(facts: node_facts.Facts) -> tuple[plan.Action, ...]:
    return (plan.Revert("endpoint"),) if "endpoint" in facts.present else ()


def _rolled_back(given: Given) -> Rest:
    """Where a node stands whose attempts failed, while it is not tried again."""
    standing = given.standing
    if given.retry is None:
        hint = "a new version or configuration is tried, and so it is when the pod is deleted"
        reason = f"given up after {standing.failures} attempts: {standing.last_error}"
        return Rest(status.ROLLED_BACK, reason, hint)
    return Rest(status.ROLLED_BACK, standing.last_error, standing.hint)
