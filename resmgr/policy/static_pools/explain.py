# SPDX-License-Identifier: Apache-2.0
"""How the CPU lists of all pools compare for a container (policies, section 6).

Lists are named as CMK's folders are: pool, socket, CPUs. Several are chosen where a container gets
several.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ..explain import Candidate, Explanation, Trial, lost
from ..interface import Subject
from . import isolate, wants
from .isolate import ANY
from .pools import CpuList, Pool, Pools
from .state import State
from .wants import Wants


def explained(pools: Pools, state: State, subject: Subject, trial: Trial[State]) -> Explanation:
    """Explain what came out of a trial."""
    wanted = wants.of(subject)
    held = trial.state.held.get(subject.container.cache_id)
    taken = held.lists if held is not None and not trial.refusal else ()
    candidates = _chosen(list(_compared(pools, state, wanted)), wanted, taken)
    return trial.explained(_rule(subject, wanted), tuple(candidates))


def _rule(subject: Subject, wanted: Wants) -> str:
    container = subject.container
    found = isolate.find((*container.command, *container.args))
    if dict(container.env).get("STP_POOL"):
        by = "by environment STP_POOL"
    elif found is not None and found.pool == wanted.pool:
        by = "by the command line"
    else:
        by = "since nothing names one"
    text = f"pool {wanted.pool} {by}"
    if wanted.count:
        text += f", {wanted.count} of {wants.CORES} requested"
    return text if wanted.socket == ANY else f"{text}, socket {wanted.socket}"


def _compared(
    pools: Pools, state: State, wanted: Wants
) -> Iterator[tuple[Pool, CpuList, Candidate]]:
    names: dict[str, int] = {}
    for pool in pools.values():
        for one in pool.lists:
            name = f"{pool.name}/{one.socket}/{one.text}"
            names[name] = names.get(name, 0) + 1
            if names[name] > 1:
                name = f"{name}#{names[name]}"
            scores = tuple(_scores(pool, one, state, wanted, len(names)))
            yield pool, one, Candidate(name, one.cpus, scores)


def _scores(
    pool: Pool, one: CpuList, state: State, wanted: Wants, order: int
) -> Iterator[tuple[str, str]]:
    users = state.users.get((pool.name, one.cpus), 0)
    yield "pool", pool.name
    if wanted.socket != ANY:
        yield "socket", str(one.socket)
    if pool.exclusive:
        yield "in use", "yes" if users else "no"
    else:
        yield "containers", str(users)
    yield "order", str(order)


def _chosen(
    compared: list[tuple[Pool, CpuList, Candidate]],
    wanted: Wants,
    taken: tuple[int, ...],
) -> Iterator[Candidate]:
    """Mark those that are taken: of equal lists the first."""
    left, best = list(taken), _best(compared, wanted, taken)
    for pool, one, candidate in compared:
        if pool.name != wanted.pool:
            yield replace(candidate, why=f"is of pool {pool.name}")
        elif wanted.socket not in (ANY, one.socket):
            yield replace(candidate, why=f"is of socket {one.socket}, not {wanted.socket}")
        elif one.cpus in left:
            left.remove(one.cpus)
            why = "free" if pool.exclusive else "has the fewest containers"
            yield replace(candidate, chosen=True, why=why)
        elif best is None:
            yield replace(candidate, why="is in use" if _used(candidate) else "is not enough")
        else:
            difference = lost(best.scores, candidate.scores)
            yield replace(candidate, why=f"{best.name} is better by {difference}")


def _best(
    compared: list[tuple[Pool, CpuList, Candidate]], wanted: Wants, taken: tuple[int, ...]
) -> Candidate | None:
    own = (
        candidate
        for pool, one, candidate in compared
        if pool.name == wanted.pool and one.cpus in taken and wanted.socket in (ANY, one.socket)
    )
    return next(own, None)


def _used(candidate: Candidate) -> bool:
    scores: Mapping[str, str] = dict(candidate.scores)
    return scores.get("in use") == "yes"
