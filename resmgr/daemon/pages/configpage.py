# SPDX-License-Identifier: Apache-2.0
"""The page `/config`: what counts now, by module, and every layer that there is or might be.

`?format=yaml` gives the document that counts as a configuration file would have it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ..configuring import active
from ..configuring.active import Active, Refused
from ..configuring.sources import Origin, Source
from ..records.decisions import moment
from . import http

YAML = "application/yaml"


def page(
    now: Active,
    refused: Refused | None,
    layers: tuple[Source, ...],
    query: http.Query,
    past: Sequence[Mapping[str, Any]] = (),
) -> http.Page:
    """Answer in the format that is asked for."""
    wanted = query.get("format", "json")
    if wanted == "yaml":
        return http.Page(text(now), YAML)
    if wanted != "json":
        return http.json_page({"error": f"no format {wanted[:40]!r}, there are json and yaml"}, 400)
    return http.json_page(document(now, refused, layers, past))


def document(
    now: Active,
    refused: Refused | None,
    layers: tuple[Source, ...],
    past: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Give the page; `layers` are the sources of the start, those that count more first.

    `past` is the history, the oldest first.
    """
    return {
        "origin": now.origin.value,
        "name": now.name,
        "generation": now.generation,
        "hash": now.hash,
        "since": moment(now.since),
        "modules": active.modules(now),
        "below": now.judged.below,
        "warnings": list(now.judged.warnings),
        "layers": [*_layers(now, layers), _below(now)],
        "refused": refused and {"origin": refused.origin.value, "text": refused.text},
        "history": list(past),
    }


def text(now: Active) -> bytes:
    """Give the document that counts as YAML."""
    import yaml  # noqa: PLC0415 - nobody needs it without being asked

    modules: dict[str, Any] = {}
    for name, module in active.modules(now).items():
        modules[name] = module["data"]
    written: str = yaml.safe_dump(modules, sort_keys=True, allow_unicode=True)
    whence = f"{now.origin.value} {now.name}".rstrip()
    return f"# {whence}, generation {now.generation}\n{written}".encode()


def _layers(now: Active, layers: tuple[Source, ...]) -> list[Mapping[str, Any]]:
    """Give forced, the node agent's, what it gave last, fallback, and whether each counts."""
    known = {source.origin: source.name for source in layers}
    known[now.origin] = now.name
    found: list[Mapping[str, Any]] = []
    for origin in Origin:
        if origin is Origin.NOTHING:
            continue
        state = "counts" if origin is now.origin else "not used" if origin in known else "not there"
        found.append({"origin": origin.value, "name": known.get(origin, ""), "state": state})
    return found


def _below(now: Active) -> Mapping[str, Any]:
    state = "counts below" if now.judged.below else "not there"
    return {"origin": active.BELOW, "name": "", "state": state}
