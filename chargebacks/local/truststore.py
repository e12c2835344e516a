"""The certificate authorities that Python trusts on this machine, as a file that Java reads.

A packaged Java trusts only its own list. Where the machine's administrator added an authority (a company's proxy,
say), Python's TLS knows it from the system and Java does not. The file is a Java KeyStore (JKS) of trusted
certificates: magic, version, entries, and a SHA-1 over the password, a fixed phrase and all of that.
"""

import hashlib
import ssl
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Final

PASSWORD: Final = "changeit"  # noqa: S105 - Java's own default; it guards public certificates
MAGIC: Final = 0xFEEDFEED
VERSION: Final = 2
TRUSTED: Final = 2
PHRASE: Final = b"Mighty Aphrodite"


def write(path: Path) -> list[str]:
    """Write the file; the JVM flags that make Java use it. An empty list when Python knows no authority."""
    certificates = ssl.create_default_context().get_ca_certs(binary_form=True)
    if not certificates:
        return []
    path.write_bytes(keystore(certificates))
    return [
        f"-Djavax.net.ssl.trustStore={path}",
        f"-Djavax.net.ssl.trustStorePassword={PASSWORD}",
        "-Djavax.net.ssl.trustStoreType=JKS",
    ]


def keystore(certificates: Sequence[bytes]) -> bytes:
    """The KeyStore of these certificates (DER)."""
    entries = b"".join(_entry(f"ca{n}", der) for n, der in enumerate(certificates))
    held = struct.pack(">III", MAGIC, VERSION, len(certificates)) + entries
    return held + hashlib.sha1(PASSWORD.encode("utf-16-be") + PHRASE + held).digest()  # noqa: S324 - the format's


def _entry(alias: str, der: bytes) -> bytes:
    made_at = 0  # milliseconds since 1970; nobody looks
    return (
        struct.pack(">I", TRUSTED)
        + _text(alias)
        + struct.pack(">q", made_at)
        + _text("X.509")
        + struct.pack(">I", len(der))
        + der
    )


def _text(text: str) -> bytes:
    return struct.pack(">H", len(text)) + text.encode()
