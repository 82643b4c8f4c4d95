# SPDX-License-Identifier: Apache-2.0
"""A certificate authority of one run, made with openssl."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

_DAYS = "30"
_NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


class Authority:
    """Issues certificates into its folder, which must exist."""

    def __init__(self, folder: Path) -> None:
        """Make its key and certificate. Raises `subprocess.CalledProcessError`."""
        self.folder = folder
        self.certificate = folder / "ca.crt"
        self.key = folder / "ca.key"
        _openssl(
            *("req", "-x509", *_NEW_KEY, "-days", _DAYS, "-subj", "/CN=ground"),
            *("-addext", "keyUsage=critical,keyCertSign,cRLSign,digitalSignature"),
            *("-keyout", self.key, "-out", self.certificate),
        )

    def issue(
        self, name: str, subject: str, *, usage: str, alternatives: Sequence[str] = ()
    ) -> tuple[Path, Path]:
        """Issue NAME.crt and NAME.key and give both.

        `usage` is serverAuth or clientAuth, `alternatives` such as IP:127.0.0.1 and DNS:name.
        """
        certificate, key = self.folder / f"{name}.crt", self.folder / f"{name}.key"
        request, extensions = self.folder / f"{name}.csr", self.folder / f"{name}.ext"
        lines = [
            "subjectKeyIdentifier=hash",
            "authorityKeyIdentifier=keyid",
            "keyUsage=critical,digitalSignature",
            f"extendedKeyUsage={usage}",
        ]
        if alternatives:
            lines.append(f"subjectAltName={','.join(alternatives)}")
        extensions.write_text("\n".join(lines), encoding="ascii")
        _openssl("req", *_NEW_KEY, "-subj", subject, "-keyout", key, "-out", request)
        _openssl(
            *("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key),
            *("-CAcreateserial", "-days", _DAYS, "-extfile", extensions, "-out", certificate),
        )
        return certificate, key


def _openssl(*words: str | Path) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True)
