# SPDX-License-Identifier: Apache-2.0
"""How balloons are remembered: an entry for each balloon, and one for each container."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass

from ... import cpuset
from .. import remembered
from ..supply import Supply
from .state import Balloon, Member, State
from .types import Type

CONFIGURATION, CLASSES = "configuration", "classes"
"""Keys of what has to be the same for everything to stay, and of the classes of the time."""

_BALLOON, _CONTAINER = "balloon/", "container/"


@dataclass(frozen=True, slots=True)
class Kept:
    """What was remembered; balloons, oldest first, have no containers in them."""

    configuration: str
    classes: str
    balloons: tuple[Balloon, ...]
    members: Mapping[str, tuple[str, Member]]
    """Name of the balloon and the container, by cache id."""


def configuration(
    types: Mapping[str, Type], supply: Supply, reserved_namespaces: tuple[str, ...]
) -> str:
    """Write what decides where containers are, but not what classes there are."""
    data = [dataclasses.asdict(dataclasses.replace(one, cpu_class="")) for one in types.values()]
    cpus = [cpuset.show(supply.available), cpuset.show(supply.reserved)]
    return json.dumps([cpus, reserved_namespaces, data])


def classes(types: Mapping[str, Type], idle: str) -> str:
    """Write the classes of all types; empty text where there are none."""
    named = {one.name: one.cpu_class for one in types.values() if one.cpu_class}
    return json.dumps([idle, named]) if idle or named else ""


def dump(state: State, about: Mapping[str, str]) -> dict[str, str]:
    """Give texts by key; `about` has the entries that do not change."""
    texts = dict(about)
    for balloon in state.balloons.values():
        texts[_BALLOON + balloon.name] = _balloon(balloon)
        for cache_id, member in balloon.members.items():
            texts[_CONTAINER + cache_id] = _container(balloon, member)
    return texts


def entries(before: State, after: State, subject: str) -> dict[str, str | None]:
    """Give what of `dump` differs after a step about one container; `None` for what is gone."""
    found: dict[str, str | None] = {}
    for name, balloon in after.balloons.items():
        old = before.balloons.get(name)
        if old is None or (old.number, old.cpus) != (balloon.number, balloon.cpus):
            found[_BALLOON + name] = _balloon(balloon)
    for name in before.balloons.keys() - after.balloons.keys():
        found[_BALLOON + name] = None
    was, now = (_member_text(state, subject) for state in (before, after))
    if was != now:
        found[_CONTAINER + subject] = now
    return found


def _member_text(state: State, cache_id: str) -> str | None:
    if cache_id not in state.places:
        return None
    balloon = state.of(cache_id)
    return _container(balloon, balloon.members[cache_id])


def _balloon(balloon: Balloon) -> str:
    data = {
        "type": balloon.type,
        "instance": balloon.instance,
        "number": balloon.number,
        "cpus": cpuset.show(balloon.cpus),
    }
    return json.dumps(data, sort_keys=True)


def _container(balloon: Balloon, member: Member) -> str:
    return json.dumps({"balloon": balloon.name, **dataclasses.asdict(member)}, sort_keys=True)


def load(saved: Mapping[str, str]) -> Kept:
    """Read what `dump` gave. Raises `BadState`."""
    balloons: list[Balloon] = []
    members: dict[str, tuple[str, Member]] = {}
    with remembered.reading("the saved state of policy balloons"):
        about = saved[CONFIGURATION], saved[CLASSES]
        for key, text in saved.items():
            if key.startswith(_BALLOON):
                data = json.loads(text)
                balloons.append(
                    Balloon(
                        remembered.text(data["type"]),
                        remembered.number(data["instance"]),
                        remembered.number(data["number"]),
                        cpuset.parse(remembered.text(data["cpus"])),
                    )
                )
            elif key.startswith(_CONTAINER):
                data = json.loads(text)
                pod, namespace = remembered.text(data["pod"]), remembered.text(data["namespace"])
                member = Member(pod, namespace, remembered.number(data["request"]))
                members[key.removeprefix(_CONTAINER)] = remembered.text(data["balloon"]), member
    return Kept(*about, tuple(sorted(balloons, key=lambda one: one.number)), members)
