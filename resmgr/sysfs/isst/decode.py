# SPDX-License-Identifier: Apache-2.0
"""What the bits of answers mean."""

from collections.abc import Iterator

from ..speed import Feature, Profile, Service

_RATIO = 100_000
"""kHz that a step of frequency has."""


def _bit(answer: int, number: int) -> bool:
    return bool(answer >> number & 1)


def _byte(answer: int, number: int) -> int:
    return answer >> 8 * number & 0xFF


def core(answer: int) -> int:
    """The core of a CPU in the processor's own count: bits 1 to 8, behind the thread."""
    return answer >> 1 & 0xFF


def profile(answer: int) -> Profile:
    """Performance profiles: the highest, the one in use, locked, supported."""
    return Profile(
        supported=_bit(answer, 31),
        level=_byte(answer, 2),
        highest=_byte(answer, 1),
        locked=_bit(answer, 24),
    )


def base(answer: int) -> Feature:
    """SST-BF in a profile."""
    return Feature(_bit(answer, 1), _bit(answer, 17))


def turbo(answer: int) -> Feature:
    """SST-TF in a profile."""
    return Feature(_bit(answer, 0), _bit(answer, 16))


def power_supported(answer: int) -> bool:
    """Whether SST-CP is there; whether classes are sorted by it stands elsewhere."""
    return _bit(answer, 0)


def power_enabled(answer: int) -> bool:
    """Whether classes of service count."""
    return _bit(answer, 1)


def ordered(answer: int) -> bool:
    """Whether they count in order of their numbers."""
    return _bit(answer, 2)


def cores(answer: int, word: int) -> Iterator[int]:
    """Numbers of the cores that a word of a mask has, of 32 cores each."""
    return (32 * word + number for number in range(32) if _bit(answer, number))


def service(answer: int, cpus: int) -> Service:
    """What a class of service is entitled to."""
    return Service(
        cpus=cpus,
        min_frequency=_byte(answer, 1) * _RATIO,
        max_frequency=_byte(answer, 2) * _RATIO,
        energy_preference=answer & 0xF,
        weight=answer >> 4 & 0xF,
    )


def member(answer: int) -> int:
    """The class of service of a core."""
    return answer >> 16 & 3
