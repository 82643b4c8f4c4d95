# SPDX-License-Identifier: Apache-2.0
"""The program's entry: reads the command line, does one thing, or runs the daemon.

Exit codes: 0 done or stopped by a signal; 1 the daemon cannot start or go on; 2 the command line is
wrong. For resets: the number of those that failed.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from typing import TextIO

from ..config.goflag import UsageError
from .command import flags
from .command.flags import Action, Options, UnknownWords
from .process import diet


def main() -> None:
    """Run the program `cri-resmgr`."""
    diet.slim(sys.modules)  # type: ignore[arg-type]
    sys.exit(run(sys.argv[1:], os.environ, sys.stdout, sys.stderr))


def run(words: Sequence[str], environ: Mapping[str, str], out: TextIO, err: TextIO) -> int:
    """Do what a command line says; give the exit code."""
    try:
        options = flags.read(words, environ, uid=os.geteuid())
    except UsageError as error:
        err.write(f"cri-resmgr: {error}\n")
        if error.hint:
            err.write(f"hint: {error.hint}\n")
        return 1 if isinstance(error, UnknownWords) else 2
    if options.action is Action.RUN:
        from . import run as runner

        return runner.run(options, environ, err)
    if options.action is Action.RESET:
        return _reset(options, err)
    if options.action is Action.CHECK:
        return _check(options, out, err)
    try:
        text = _text(options)
    except UsageError as error:
        err.write(f"cri-resmgr: {error}\nhint: {error.hint}\n")
        return 2
    out.write(text)
    return 0


def _text(options: Options) -> str:
    """Give what is printed and nothing else done. Raises `UsageError`."""
    # Each of these is for one action alone.
    # ruff: noqa: PLC0415
    if options.action is Action.HELP:
        from .command import usage

        return usage.text()
    if options.action is Action.VERSION:
        from .. import version

        return f"cri-resmgr {version.current()}\n"
    if options.action is Action.COMPLETION:
        from .command import completion

        shells = ", ".join(completion.SHELLS)
        if len(options.words) != 1 or options.words[0] not in completion.SHELLS:
            raise UsageError("completion needs the name of a shell", f"one of {shells}")
        return completion.script(options.words[0])
    from .command import describe

    if options.action is Action.LIST_POLICIES:
        return describe.policies()
    if options.action is Action.PRINT_CONFIG:
        from .configuring import configuration

        return describe.default_configuration(options.defaults, configuration.UNPRINTED)
    return describe.modules(options.words)


def _check(options: Options, out: TextIO, err: TextIO) -> int:
    """Tell how the daemon would start; give 1 if it would not."""
    import time

    from . import check, prepare

    now = time.time  # noqa: TID251 - the edge, where clocks come from
    try:
        found = check.check(options, now)
    except prepare.CannotStart as error:
        err.write(f"cri-resmgr: cannot start: {error}\n")
        return 1
    err.writelines(f"warning: {line}\n" for line in found.warnings)
    out.write(f"{found.line}\n")
    return 0


def _reset(options: Options, err: TextIO) -> int:
    """Forget a part of the state; give the number of failures."""
    import time
    from pathlib import Path

    from ..state import reset
    from .process import probe

    failures = reset.reset(
        Path(options.relay_dir),
        config=options.reset_config,
        policy=options.reset_policy,
        listening=lambda: probe.listening(options.relay_socket),
        now=time.time,  # noqa: TID251 - the edge, where clocks come from
    )
    err.writelines(f"cri-resmgr: {failure}\n" for failure in failures)
    return len(failures)
