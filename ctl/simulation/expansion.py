# SPDX-License-Identifier: Apache-2.0
"""`$(NAME)` in commands, arguments and variables, as the kubelet fills it in."""

import re
from collections.abc import Mapping

_REFERENCE = re.compile(r"\$(?:(?P<escaped>\$)|\((?P<name>[^)]*)\))")


def expand(text: str, variables: Mapping[str, str]) -> str:
    """Fill in variables; `$$` is a dollar, and what is not known stays as it is written."""

    def filled(match: re.Match[str]) -> str:
        if match["escaped"]:
            return "$"
        return variables.get(match["name"], match[0])

    return _REFERENCE.sub(filled, text)
