# SPDX-License-Identifier: Apache-2.0
"""How much a container is drawn to each pool by its affinities (annotations 4.4, 4.5; section 7.7).

Beside the affinities in annotations there are implicit ones: containers that use AVX-512 keep to
each other and away from others, and, if so configured, those of a pod or a namespace keep together.
"""

from collections.abc import Mapping

from ..affinity import expression, read, weigh
from ..affinity.read import Affinity
from ..interface import CannotAllocate, Subject
from .grants import AVX512
from .options import Options
from .state import State
from .tree import Pool

_AVX512, _TOGETHER = 5, 10

FADING = 0.75
"""What is left of an attraction one level further."""


def affinities(subject: Subject, options: Options) -> tuple[Affinity, ...]:
    """Give those in annotations, and the implicit ones. Raises `CannotAllocate`."""
    try:
        stated = read.of(subject.pod, subject.container.name)
    except read.BadAffinity as error:
        raise CannotAllocate(str(error)) from error
    implicit: tuple[Affinity, ...] = ()
    if not stated and options.colocate_pods:
        scope = read.pod_scope(subject.pod)
        implicit += (Affinity(scope, expression.ALWAYS, _TOGETHER),)
    if not stated and options.colocate_namespaces:
        namespace = subject.container.namespace or subject.pod.namespace
        match = expression.of("namespace", "Equals", (namespace,))
        implicit += (Affinity(expression.ALWAYS, match, _TOGETHER),)
    return stated + implicit


def weights(subject: Subject, state: State, options: Options) -> dict[int, int]:
    """Give what each pool weighs by the containers that have CPUs from it: pool id -> weight.

    Raises `CannotAllocate`.
    """
    own, grants = subject.container.cache_id, state.grants
    found: dict[int, int] = {}
    wanted = affinities(subject, options)
    if wanted:
        others = {key: grant.subject for key, grant in grants.items()}
        for key, weight in weigh.scores(wanted, others, own).items():
            pool = grants[key].pool
            found[pool] = found.get(pool, 0) + weight
    # The one that is always there is counted, so that it costs the same for any number.
    weight = _AVX512 if AVX512 in subject.container.tags else -_AVX512
    for pool, book in enumerate(state.books):
        if book.avx512:
            found[pool] = found.get(pool, 0) + weight * book.avx512
    if own in grants and grants[own].avx512:
        found[grants[own].pool] -= weight
    return {pool: weight for pool, weight in found.items() if weight}


def spread(pools: tuple[Pool, ...], weights_: Mapping[int, int]) -> tuple[float, ...]:
    """Let what pools weigh draw to those above and below them as well."""
    result = [0.0] * len(pools)
    for id_, weight in weights_.items():
        source = pools[id_]
        for distance, above in enumerate((id_, *source.ancestors)):
            result[above] += FADING**distance * weight
        for pool in pools:
            if source.below >> pool.id & 1 and pool.id != id_:
                result[pool.id] += FADING ** (pool.depth - source.depth) * weight
    return tuple(result)
