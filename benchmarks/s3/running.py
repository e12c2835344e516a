"""The stand-in as a process of this machine, and a client for it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import obstore
from obstore.store import S3Store

from benchmarks.harness import ROOT
from chargebacks.local.processes import HOST, Server, free_port

BUCKET = "bench"
KEYS = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench", "AWS_REGION": "us-east-1"}
CODE = Path(__file__).parents[2]


@contextmanager
def serving(landing: Path, wait: float) -> Iterator[str]:
    """The stand-in while the block runs, the landing files in it as `bench/landing`: its endpoint."""
    port = free_port()
    serve = [sys.executable, "-m", "benchmarks.s3", str(port), "--wait", str(wait)]
    serve += ["--load", str(landing.absolute()), "--as", f"{BUCKET}/landing"]
    command = ["env", f"PYTHONPATH={CODE}", *serve]  # a server runs in its log's folder
    log = (ROOT / "logs" / "s3.log").absolute()
    log.parent.mkdir(parents=True, exist_ok=True)
    endpoint = f"http://{HOST}:{port}"
    with Server("the S3 stand-in", command, log, lambda: _answers(endpoint)):
        yield endpoint


def _answers(endpoint: str) -> bool:
    try:
        obstore.list_with_delimiter(client(endpoint, retries=0))
    except Exception:  # noqa: BLE001  (not up yet)
        return False
    return True


def client(endpoint: str, retries: int = 3) -> S3Store:
    """A client of its one bucket."""
    keys = {name.lower(): value for name, value in KEYS.items()}
    options = {"client_options": {"allow_http": True}, "retry_config": {"max_retries": retries}}
    return S3Store(BUCKET, endpoint=endpoint, **keys, **options)
