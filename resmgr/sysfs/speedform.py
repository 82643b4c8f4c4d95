# SPDX-License-Identifier: Apache-2.0
"""Speed Select as plain data of JSON: how it is shown, and how records of machines carry it.

Members are added, never changed. CPUs are lists of the kernel's form, frequencies in kHz.
"""

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from .. import cpuset
from .machine import Package
from .speed import HIGHEST, Feature, Profile, Service, SpeedSelect

_Kind = TypeVar("_Kind", bool, int, str, list[Any], dict[str, Any])

_KHZ = 2**31 - 1
"""Kernels have frequencies in 32 bits."""


class BadForm(ValueError):
    """It is no such data; the text says why, in one clause."""


def shown(one: SpeedSelect) -> dict[str, Any]:
    """Give what is known of a package."""
    return {
        "performanceProfile": {
            "supported": one.profile.supported,
            "level": one.profile.level,
            "highest": one.profile.highest,
            "locked": one.profile.locked,
        },
        "baseFrequency": _feature(one.base) | {"cpus": cpuset.show(one.base_cpus)},
        "turboFrequency": _feature(one.turbo),
        "corePower": _feature(one.power)
        | {
            "ordered": one.ordered,
            "classes": [
                {
                    "cpus": cpuset.show(service.cpus),
                    "min": service.min_frequency,
                    "max": service.max_frequency,
                    "energyPreference": service.energy_preference,
                    "weight": service.weight,
                }
                for service in one.services
            ],
        },
    }


def _feature(one: Feature) -> dict[str, Any]:
    return {"supported": one.supported, "enabled": one.enabled}


def text(packages: Mapping[int, Package]) -> str:
    """Write what is known of all packages as a file; empty where nothing is known."""
    known = {
        str(id_): shown(package.speed_select)
        for id_, package in packages.items()
        if package.speed_select is not None
    }
    return json.dumps({"packages": known}, indent=1) if known else ""


def read(content: str, packages: Mapping[int, Package]) -> dict[int, SpeedSelect]:
    """Read such a file, for packages that are there. Raises `BadForm`."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BadForm("it is no JSON") from error
    if not isinstance(document, dict):
        raise BadForm("it is no object")
    own = _get(document, "packages", dict)
    names = {str(id_): package for id_, package in packages.items()}
    found = {}
    for name in own:
        if name not in names:
            raise BadForm(f"there is no package {name[:20]!r}")
        one = _package(_get(own, name, dict))
        if fault := one.fault(names[name].cpus):
            raise BadForm(f"package {name}: {fault}")
        found[names[name].id] = one
    return found


def _package(one: dict[str, Any]) -> SpeedSelect:
    profile, base = _get(one, "performanceProfile", dict), _get(one, "baseFrequency", dict)
    turbo, power = _get(one, "turboFrequency", dict), _get(one, "corePower", dict)
    return SpeedSelect(
        profile=Profile(
            supported=_get(profile, "supported", bool),
            level=_get(profile, "level", int),
            highest=_get(profile, "highest", int),
            locked=_get(profile, "locked", bool),
        ),
        base=_read(base),
        base_cpus=_cpus(base),
        turbo=_read(turbo),
        power=_read(power),
        ordered=_get(power, "ordered", bool),
        services=tuple(_service(service) for service in _get(power, "classes", list)),
    )


def _read(one: dict[str, Any]) -> Feature:
    return Feature(_get(one, "supported", bool), _get(one, "enabled", bool))


def _service(one: object) -> Service:
    if not isinstance(one, dict):
        raise BadForm("a class of service is no object")
    return Service(
        cpus=_cpus(one),
        min_frequency=_number(one, "min", _KHZ),
        max_frequency=_number(one, "max", _KHZ),
        energy_preference=_number(one, "energyPreference", HIGHEST),
        weight=_number(one, "weight", HIGHEST),
    )


def _number(one: dict[str, Any], name: str, most: int) -> int:
    value = _get(one, name, int)
    if not 0 <= value <= most:
        raise BadForm(f"{name} is not from 0 to {most}")
    return value


def _cpus(one: dict[str, Any]) -> int:
    try:
        return cpuset.parse(_get(one, "cpus", str))
    except cpuset.BadList as error:
        raise BadForm(f"cpus: {error}") from error


def _get(one: dict[str, Any], name: str, kind: type[_Kind]) -> _Kind:
    value = one.get(name)
    # True is an int, too.
    if type(value) is not kind:
        raise BadForm(f"{name} is missing, or no {kind.__name__}")
    return value
