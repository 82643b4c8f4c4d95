# SPDX-License-Identifier: Apache-2.0
"""The page `/explain`: what a container has, what was decided about it, and why it would be now."""

from collections.abc import Mapping
from typing import Any

from ... import cpuset, quantity
from ...engine import asked as asks
from ...engine.engine import Engine
from ...model import Container, Pod
from ...policy import explain
from ..records.decisions import Decision, Decisions
from . import find, http, turned_away


def page(engine: Engine, decisions: Decisions, query: http.Query) -> http.Page:
    """Answer `?container=WORD`; what is asked for wrongly is told with the containers there are."""
    ledger = engine.ledger
    word = query.get("container", "")
    if not word:
        return _wrong(400, "name a container: /explain?container=POD/CONTAINER")
    found = find.containers(word, ledger.containers.values(), ledger.pods)
    if not found and (refusal := turned_away.last(decisions, word)):
        return http.json_page(_turned_away(engine, decisions, refusal))
    if not found:
        return _wrong(404, f"no container {word[:200]!r} is known", _all(engine))
    if len(found) > 1:
        titles = [find.title(one, ledger.pods.get(one.pod_id)) for one in found]
        error = f"{word[:200]!r} is not the only one: {', '.join(titles[:_MOST_NAMED])}"
        return _wrong(409, error, _told(found, ledger.pods))
    return http.json_page(document(engine, decisions, found[0]))


def document(engine: Engine, decisions: Decisions, container: Container) -> dict[str, Any]:
    """Explain one container; nothing changes by that.

    What is told of the decision is what would be decided now. A container that the pod wants left
    untouched is not decided about at all.
    """
    subject = engine.ledger.subject(container)
    shown = engine.policy.introspect(engine.policy_state).get("Assignments") or {}
    preserved = engine.ledger.asked.get(container.cache_id, asks.NOTHING).cpu_preserved
    explanation = _UNTOUCHED
    if not preserved:
        explanation = explain.running(engine.policy, engine.policy_state, subject)
    has = {
        "cpus": cpuset.show(container.linux.cpuset_cpus),
        "mems": cpuset.show_ids(container.linux.cpuset_mems),
        "shares": container.linux.shares,
        "assignment": shown.get(container.cache_id),
    }
    return {
        "container": find.title(container, engine.ledger.pods.get(container.pod_id)),
        "who": _who(container, engine.ledger.pods),
        "policy": engine.policy.name,
        "qos": subject.pod.qos.value,
        "request": quantity.show(container.requirements),
        "state": container.state.name.lower(),
        "now": f"CPUs {has['cpus'] or 'any'}, memory nodes {has['mems'] or 'any'}",
        "has": has,
        "recorded": [one.document() for one in decisions.about(container.cache_id)],
        **explain.document(explanation),
    }


def _turned_away(engine: Engine, decisions: Decisions, refusal: Decision) -> dict[str, Any]:
    """Explain a container that was refused, anew as long as it and its pod are remembered."""
    container = decisions.refused.get(refusal.container)
    if container is None or container.pod_id not in engine.ledger.pods:
        return turned_away.document(engine.policy.name, refusal, decisions)
    told = document(engine, decisions, container)
    state = {"state": turned_away.STATE}
    return {**told, **state, "now": "", "who": {**told["who"], **state}}


_UNTOUCHED = explain.Explanation("the pod wants this container left untouched, by annotation")


def _who(one: Container, pods: Mapping[str, Pod]) -> dict[str, Any]:
    pod = pods.get(one.pod_id)
    return {
        "id": one.id,
        "cacheID": one.cache_id,
        "namespace": pod.namespace if pod else one.namespace,
        "pod": pod.name if pod else "",
        "name": one.name,
        "title": find.title(one, pod),
        "state": one.state.name.lower(),
    }


_MOST_TOLD = 100
_MOST_NAMED = 8


def _told(found: tuple[Container, ...], pods: Mapping[str, Pod]) -> list[dict[str, Any]]:
    return [_who(one, pods) for one in found[:_MOST_TOLD]]


def _all(engine: Engine) -> list[dict[str, Any]]:
    return _told(tuple(engine.ledger.alive()), engine.ledger.pods)


def _wrong(status: int, error: str, candidates: list[dict[str, Any]] | None = None) -> http.Page:
    more = {} if candidates is None else {"candidates": candidates}
    return http.json_page({"error": error, **more}, status)
