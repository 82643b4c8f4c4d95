# SPDX-License-Identifier: Apache-2.0
"""By which rule a container gets into which pool (policies, section 10)."""

from .. import namespaces, scoped
from ..explain import Explanation, Trial, ruled
from ..interface import CannotAllocate, Subject
from . import begin, choose, types
from .state import State
from .types import Options


def explained(options: Options, state: State, subject: Subject, trial: Trial[State]) -> Explanation:
    """Explain what came out of a trial."""
    try:
        number, why = choose.pool(subject, options)
    except CannotAllocate:
        return trial.explained(f"annotation {choose.ANNOTATION} names no pool", ())
    container, namespace = subject.container, subject.pod.namespace
    names = [one.name for one in options.types]
    system = namespaces.match(options.system, namespace)
    wish = scoped.of_container(subject.pod, choose.ANNOTATION, container.name)
    idle = not system and begin.amounts(subject) == (0, 0)
    matching = {
        one.name: f"{namespace} is one of them"
        for one in options.types
        if namespaces.match(one.namespaces, namespace)
    }
    rules = [
        ("asks for no CPU", {types.SHARED: "yes"} if idle else {}),
        ("annotation", {wish: "names it"} if wish in names else {}),
        ("reserved namespaces", {types.RESERVED: f"{namespace} is one of them"} if system else {}),
        ("namespaces", matching),
        ("no other rule", {types.SHARED: "yes"}),
    ]
    places = {name: pool.cpus for name, pool in zip(names, state.pools, strict=True)}
    candidates = ruled(places, rules, names[number], refusal=trial.refusal)
    return trial.explained(f"dynamicPool {names[number]}: {why}", candidates)
