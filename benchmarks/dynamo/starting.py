"""One start, timed from outside the process that starts: of the function under AWS's runtime client, or of the SDK.

python -m benchmarks.dynamo.starting function --endpoint URL --told FILE
python -m benchmarks.dynamo.starting sdk      (the same)
"""

import argparse
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Final

from benchmarks.dynamo import canned, slices
from chargebacks.local.dynamodb import environment
from tests.fixtures.lambda_runtime import Answer, Invocation, RuntimeApi

HANDLER: Final = "consumers.consolidation_updater.lambda_function.lambda_handler"
SDK: Final = "import boto3; boto3.client('dynamodb'); print('ready', flush=True)"
PATIENCE_SECONDS: Final = 60


def function() -> float:
    """Seconds until it has answered a batch without messages: client made, table described."""
    api = RuntimeApi()
    threading.Thread(target=api.serve_forever, daemon=True).start()
    api.waiting.put(Invocation(slices.NONE, timeout_ms=PATIENCE_SECONDS * 1000))
    os.environ["AWS_LAMBDA_RUNTIME_API"] = api.address
    started = time.perf_counter()
    with subprocess.Popen([sys.executable, "-m", "awslambdaric", HANDLER], stdout=sys.stderr) as process:
        try:
            answer = api.answers.get(timeout=PATIENCE_SECONDS)
            seconds = time.perf_counter() - started
        finally:
            process.kill()
    if answer != Answer("response", {"batchItemFailures": []}):
        sys.exit(f"the function did not start: {answer}")
    return seconds


def sdk() -> float:
    """Seconds until boto3 is imported and has made the one client that the function makes."""
    started = time.perf_counter()
    with subprocess.Popen([sys.executable, "-c", SDK], stdout=subprocess.PIPE, text=True) as process:
        line = process.stdout.readline() if process.stdout else ""
        seconds = time.perf_counter() - started
    if not line:
        sys.exit("the SDK did not start")
    return seconds


def main() -> None:
    """One of the two."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("function", "sdk"))
    parser.add_argument("--endpoint", required=True, help="the canned server")
    parser.add_argument("--told", type=Path, required=True, help="where the seconds go")
    given = parser.parse_args()
    os.environ.update(environment(given.endpoint), DYNAMODB_TABLE_NAME=canned.TABLE)
    given.told.write_text(str({"function": function, "sdk": sdk}[given.what]()))


if __name__ == "__main__":
    main()
