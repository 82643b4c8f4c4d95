# SPDX-License-Identifier: Apache-2.0
"""By which rule a container gets which CPUs (policies, section 5)."""

from ..explain import Explanation, Trial, ruled
from ..interface import Subject
from . import wants
from .pools import Pools
from .state import State
from .wants import Wants


def explained(pools: Pools, state: State, subject: Subject, trial: Trial[State]) -> Explanation:
    """Explain what came out of a trial.

    The places are those that the introspection page names: `exclusive` CPUs are cut off the shared
    ones.
    """
    wanted = wants.of(subject)
    isolated, shared = state.isolated(pools), state.shared(pools)
    enough = f"{isolated.bit_count()} free, {wanted.full} wanted"
    whole = f"{shared.bit_count()} shared CPUs, {wanted.full} wanted"
    refused = "not preferred, by annotation"
    system, none = wanted.system, not wanted.full
    rules = [
        (f"namespace {wants.SYSTEM}", {"reserved": "yes"} if system else {}),
        ("no whole CPU is asked for", {"shared": "yes"} if none and not system else {}),
        ("isolated CPUs", {} if none else {"isolated": enough if wanted.isolated else refused}),
        ("whole CPUs", {} if none else {"exclusive": whole}),
    ]
    places = {
        "reserved": pools.reserved,
        "isolated": isolated,
        "exclusive": shared,
        "shared": shared,
    }
    grant = trial.state.grants.get(subject.container.cache_id)
    kind = "exclusive"
    if grant is not None and not trial.refusal:
        own = "isolated" if grant.exclusive & pools.isolated else "exclusive"
        kind = "reserved" if grant.system else own if grant.exclusive else "shared"
    candidates = ruled(places, rules, kind, refusal=trial.refusal)
    return trial.explained(_rule(subject, wanted), candidates)


def _rule(subject: Subject, wanted: Wants) -> str:
    request = subject.container.requirements.cpu_request or 0
    if wanted.system:
        return f"namespace {wants.SYSTEM}: {wanted.part}m of the reserved CPUs"
    return f"request of {request}m: {wanted.full} CPUs for itself, {wanted.part}m of shared ones"
