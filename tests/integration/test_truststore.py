"""The trust store is one that Java itself reads."""

import ssl
import subprocess
from pathlib import Path

from chargebacks.local import truststore
from chargebacks.local.java import java_home


def test_java_reads_every_authority_that_python_trusts(tmp_path: Path) -> None:
    store = tmp_path / "trusted.jks"
    known = ssl.create_default_context().get_ca_certs(binary_form=True)
    flags = truststore.write(store)
    assert bool(flags) == bool(known)
    store.write_bytes(truststore.keystore(known))
    listed = subprocess.run(
        [java_home() / "bin" / "keytool", "-list", "-keystore", store, "-storepass", truststore.PASSWORD],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert listed.count("trustedCertEntry") == len(known)
