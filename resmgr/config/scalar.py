# SPDX-License-Identifier: Apache-2.0
"""Values of YAML scalars: null, booleans and numbers as YAML 1.1 has them, all else is text.

Dates and numbers with colons are text here, since `1:30` is an address or a pattern to its writer.
"""

import math
import re

from .problem import Place, quote

CORE = "tag:yaml.org,2002:"
_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_BOOLEANS: dict[str, bool] = {
    spelling: word in {"yes", "true", "on"}
    for word in ("yes", "no", "true", "false", "on", "off")
    for spelling in (word, word.capitalize(), word.upper())
}
_NUMBER_START = frozenset("+-.0123456789")
_INTEGER = re.compile(r"([-+]?)(?:0b([01_]+)|0x([0-9a-fA-F_]+)|(0[0-7_]*)|([1-9][0-9_]*))")
_FLOAT = re.compile(
    r"(?:[-+]?[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+][0-9]+)?"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_MAX_DIGITS = 40
_TAGGED: dict[str, tuple[type, ...]] = {
    "null": (type(None),),
    "bool": (bool,),
    "int": (int,),
    "float": (int, float),
}


def value(text: str, tag: str | None, place: Place, *, quoted: bool) -> object:
    """The value of a scalar with no tag or a core one; what is wrong is reported, and is None."""
    if tag in {"!", CORE + "str"} or (tag is None and quoted):
        return text
    found = _plain(text, place)
    if tag and not isinstance(found, _TAGGED[tag.removeprefix(CORE)]):
        place.problem(f"{quote(text)} is not what its tag {quote(tag)} says")
        return None
    return found


def _plain(text: str, place: Place) -> object:
    if text in _NULL:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if text[0] not in _NUMBER_START:
        return text
    number = _float(text) if _FLOAT.fullmatch(text) else _integer(text)
    if number is None:
        return text
    if abs(number) >= 2**64 if isinstance(number, int) else not math.isfinite(number):
        place.problem(f"{quote(text)} is no number that can be used here")
        return None
    return number


def _float(text: str) -> float:
    return float(text.replace("_", "").lower().replace(".inf", "inf").replace(".nan", "nan"))


def _integer(text: str) -> int | None:
    match = _INTEGER.fullmatch(text)
    if match is None:
        return None
    sign, *forms = match.groups()
    digits, base = next(
        (digits.replace("_", ""), base)
        for digits, base in zip(forms, (2, 16, 8, 10), strict=True)
        if digits is not None
    )
    if not digits:
        return None
    number = int(digits, base) if len(digits) <= _MAX_DIGITS else 2**64
    return -number if sign == "-" else number
