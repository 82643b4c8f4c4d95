# SPDX-License-Identifier: Apache-2.0
"""How much a container is drawn to each pool by its affinities (annotations 4.4, 4.5; section 7.7).

Beside the affinities in annotations there are implicit ones: containers that use AVX-512 keep to
each other and away from others, and, if so configured, those of a pod or a namespace keep together.
"""

from collections.abc import Mapping

from ..affinity import expression, read, weigh
from ..affinity.read import Affinity
from ..interface import CannotAllocate, Subject
from .grants import Grant
from .options import Options
from .tree import Pool

AVX512 = "AVX512"

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


def weights(subject: Subject, grants: Mapping[str, Grant], options: Options) -> dict[int, int]:
    """Give what each pool weighs by the containers that have CPUs from it: pool id -> weight.

    Raises `CannotAllocate`.
    """
    own = subject.container.cache_id
    found: dict[int, int] = {}
    wanted = affinities(subject, options)
    if wanted:
        others = {key: grant.subject for key, grant in grants.items()}
        for key, weight in weigh.scores(wanted, others, own).items():
            pool = grants[key].pool
            found[pool] = found.get(pool, 0) + weight
    # The one that is always there is worth a loop of its own.
    weight = _AVX512 if AVX512 in subject.container.tags else -_AVX512
    for key, grant in grants.items():
        if grant.subject.container.tags and key != own and AVX512 in grant.subject.container.tags:
            found[grant.pool] = found.get(grant.pool, 0) + weight
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
