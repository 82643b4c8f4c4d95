# SPDX-License-Identifier: Apache-2.0
"""Explanations for people: the same whether a daemon or a simulation gives them.

The data are those of `resmgr.policy.explain.document`, and what is known of the container.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from . import output
from .output import Screen

_CHOSEN = "->"
_WIDEST = 40
"""Characters of a list of CPUs that stand in a table; longer ones are counted."""

_AS_OF_NOW = "Compared as if it came now, beside all that are there:\n"
"""What a daemon explains; a simulation explains what was compared when it came."""

_GAP = 2
_LEAST = 30
"""Columns of a terminal that there have to be for why a candidate is or is not the best."""


def show(where: Screen, title: str, facts: Mapping[str, object], told: Mapping[str, Any]) -> None:
    """Show why a container is where it is: facts about it, the rule, candidates, words."""
    where.out.write(f"{output.plain(title)}\n")
    later = facts.get("now")
    pairs = {name: value for name, value in facts.items() if value and name != "now"}
    refusal = told.get("refusal")
    if told.get("rule") or not refusal:
        pairs["rule"] = told.get("rule") or None
    if refusal:
        pairs["refused"] = output.one_line(refusal)
    else:
        pairs["gets CPUs"] = told.get("cpus") or "any"
        pairs["gets memory"] = told.get("mems") or "any"
    if later:
        pairs["has now"] = later
    output.write_pairs(where, pairs)
    recorded = told.get("recorded") or ()
    for one in recorded:
        text = output.plain(output.one_line(one.get("text")))
        where.out.write(f"  {output.plain(one.get('time'))}: {text}\n")
    then = {one.get("text") for one in recorded}
    texts = [text for text in told.get("text") or () if text not in then]
    if recorded and texts:
        where.out.write("  now it would be:\n")
    indent = "    " if recorded else "  "
    shown = (output.plain(output.one_line(text)) for text in texts)
    where.out.writelines(f"{indent}{text}\n" for text in shown)
    candidates = [one for one in told.get("candidates") or () if isinstance(one, Mapping)]
    if candidates:
        where.out.write(f"\n{_AS_OF_NOW if 'recorded' in told else ''}")
        _candidates(where, candidates)


def _candidates(where: Screen, candidates: Sequence[Mapping[str, Any]]) -> None:
    """Show candidates below each other, the chosen one first, then in their order."""
    names: dict[str, None] = {}
    for one in candidates:
        names |= dict.fromkeys(score["what"] for score in one.get("scores") or ())
    rows = []
    for one in sorted(candidates, key=lambda one: not one.get("chosen")):
        scores = {score["what"]: score["value"] for score in one.get("scores") or ()}
        rows.append(
            (
                _CHOSEN if one.get("chosen") else "",
                one.get("name"),
                _short(str(one.get("cpus") or "")),
                *(scores.get(name) for name in names),
                one.get("why") or None,
            )
        )
    heads = ("", "CANDIDATE", "CPUS", *(name.upper() for name in names), "WHY")
    if where.width and _needed(heads, rows) > where.width:
        short = [(*row[:3], row[-1]) for row in rows]
        output.write_table(where, (*heads[:3], heads[-1]), short)
        output.write_pairs(where, {"not shown": f"{', '.join(names)}; -o json has all of it"})
    else:
        output.write_table(where, heads, rows)


def _needed(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> int:
    """Give the columns of a terminal below which why is folded to next to nothing."""
    cells = [[str(cell or "-") for cell in row[:-1]] for row in (heads, *rows)]
    return sum(max(map(len, column)) + _GAP for column in zip(*cells, strict=True)) + _LEAST


def _short(cpus: str) -> str | None:
    if len(cpus) <= _WIDEST:
        return cpus or None
    return f"{cpus[:_WIDEST].rpartition(',')[0]},..."
