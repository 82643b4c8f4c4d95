# SPDX-License-Identifier: Apache-2.0
"""The program `cri-resmgr-webhook`.

Exit statuses: 0 ended by a signal; 1 it cannot serve; 2 the command line is wrong.
"""

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from . import certificate, server

_LOG = logging.getLogger("webhook")

CANNOT_SERVE = 1

_DESCRIPTION = """\
Annotates pods with the resources of their containers, which CRI does not carry, and judges the
ConfigMaps of the resource manager before they are stored.
"""

_EXAMPLE = """\
Example:
  cri-resmgr-webhook -port 8443 -cert-file svc.crt -key-file svc.key

-FLAG and --FLAG are the same. Pages: / (pods), /configmaps, /healthz, /readyz, /metrics.
A renewed certificate is taken within ten seconds, without a restart.
"""


def parser() -> argparse.ArgumentParser:
    """Build the parser."""
    made = argparse.ArgumentParser(
        prog="cri-resmgr-webhook",
        description=_DESCRIPTION,
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    made.add_argument(
        "-port",
        "--port",
        type=_port,
        default=443,
        metavar="N",
        help="TCP port to listen at, on all addresses (default: %(default)s)",
    )
    for name, what in (("cert-file", "certificate of the server"), ("key-file", "its private key")):
        made.add_argument(
            f"-{name}",
            f"--{name}",
            type=Path,
            required=True,
            metavar="FILE",
            help=f"{what}, PEM",
        )
    version = metadata.version("gardener-extension-cri-resmgr")
    made.add_argument("--version", action="version", version=f"%(prog)s {version}")
    return made


def main(words: Sequence[str] | None = None) -> int:
    """Run the program; give its exit status."""
    arguments = parser().parse_args(words)
    logging.basicConfig(
        level=logging.INFO,
        stream=sys.stderr,
        format="%(asctime)s %(levelname)s %(message)s",
    )
    files = certificate.Files(arguments.cert_file, arguments.key_file)
    try:
        asyncio.run(_run(arguments.port, files))
    except certificate.CannotUse as error:
        _LOG.critical("Failed to initialize TLS config: %s", error)
        return CANNOT_SERVE
    except OSError as error:
        _LOG.critical("cannot listen on port %s: %s", arguments.port, error.strerror or error)
        return CANNOT_SERVE
    return 0


async def _run(port: int, files: certificate.Files) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with server.serve(port, files) as bound:
        _LOG.info("Listening on port %s", bound)
        await stop.wait()
    _LOG.info("ended")


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) >= 1 << 16:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: a number from 0 to 65535")
    return int(text)
