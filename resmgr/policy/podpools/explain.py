# SPDX-License-Identifier: Apache-2.0
"""How pools compare for a pod: its definition, room, then pods there by the order of filling."""

from collections.abc import Iterator, Mapping

from .. import scoped
from ..explain import NOT, Candidate, Explanation, Trial, ruled
from ..interface import Subject
from . import choose
from .layout import Fill, Layout, Pool
from .state import State


def explained(layout: Layout, state: State, subject: Subject, trial: Trial[State]) -> Explanation:
    """Explain what came out of a trial; a pod of which a container is placed stays in its pool."""
    pod = subject.pod
    place = state.pods.get(pod.id)
    names = [pool.name for pool in layout.pools]
    places = {pool.name: pool.cpus for pool in layout.pools}
    if place is not None:
        there = names[place.pool]
        rules = [("its pod is there", {there: f"with {place.containers} containers"})]
        return trial.explained("pods are not divided", ruled(places, rules, there))
    wanted, wrong = choose.definition(layout, pod)
    chosen = trial.state.pods[pod.id].pool
    candidates = _compared(layout, state, wanted, places, names[chosen])
    return trial.explained(_rule(subject, wanted, wrong), candidates)


def _rule(subject: Subject, wanted: str, wrong: str) -> str:
    if wrong:
        return f"definition {wanted}: {wrong}"
    if scoped.of_pod(subject.pod, choose.ANNOTATION) is not None:
        return f"definition {wanted} by annotation"
    return f"definition {wanted} for namespace {subject.pod.namespace}"


def _compared(
    layout: Layout, state: State, wanted: str, places: Mapping[str, int], chosen: str
) -> tuple[Candidate, ...]:
    own = [layout.pools[at] for at in layout.instances[wanted]]
    pods = {pool.name: state.load(at).pods for at, pool in enumerate(layout.pools)}
    open_ = [pool for pool in own if choose.has_room(pool, pods[pool.name])]
    if not open_:
        full = {pool.name: _room(pool, pods[pool.name]) for pool in own if pool.name != chosen}
        last = {chosen: "no instance of the definition has room for a further pod"}
        return ruled(places, [("room for pods", full), ("last resort", last)], chosen)
    fill = layout.fill.get(wanted, Fill.FIRST_FREE)
    rules = [
        ("definition", {pool.name: wanted for pool in own}),
        ("room for pods", dict(_rooms(own, pods))),
    ]
    if fill is not Fill.FIRST_FREE:
        counts = {pool.name: str(pods[pool.name]) for pool in open_}
        rules.append((f"pods there ({fill.value})", counts))
    return ruled(places, rules, chosen)


def _rooms(own: list[Pool], pods: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    for pool in own:
        there = pods[pool.name]
        yield pool.name, "yes" if choose.has_room(pool, there) else f"{NOT}: {_room(pool, there)}"


def _room(pool: Pool, there: int) -> str:
    return f"{there} of {max(0, pool.max_pods)}"
