"""`python -m benchmarks.dynamo.canned PORT`: a DynamoDB that does nothing and says at once that it is done.

What a client reaches here is its own ceiling: no server holds it up.
"""

import asyncio
import contextlib
import json
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final

from benchmarks.harness import ROOT
from benchmarks.s3.http import Answer, Connection, Request
from chargebacks.local import dynamodb
from chargebacks.local.processes import HOST, Server, free_port
from chargebacks.local.stack import DynamoDB
from chargebacks.projection.table import KEY

TABLE: Final = "canned"
CODE: Final = Path(__file__).parents[2]
DESCRIPTION: Final = {"TableName": TABLE, "KeySchema": [{"AttributeName": KEY, "KeyType": "HASH"}]}


@contextmanager
def serving() -> Iterator[DynamoDB]:
    """The server as a process while the block runs; it looks like DynamoDB Local from outside."""
    port = free_port()
    # A server runs in its log's folder.
    command = ["env", f"PYTHONPATH={CODE}", sys.executable, "-m", "benchmarks.dynamo.canned", str(port)]
    asked = dynamodb.client(f"http://{HOST}:{port}", attempts=1)
    log = (ROOT / "logs" / "canned.log").absolute()
    with Server("the canned server", command, log, lambda: dynamodb.answers(asked)) as server:
        yield DynamoDB(f"http://{HOST}:{port}", server)


def answer(request: Request) -> Answer:
    """What DynamoDB would answer if all went well, without looking further than it must."""
    match request.headers.get("x-amz-target", "").rpartition(".")[2]:
        case "BatchExecuteStatement":
            return _batch(request.body.count(b'"Statement":'))
        case "DescribeTable":
            return _json({"Table": DESCRIPTION})
        case "ListTables":
            return _json({"TableNames": [TABLE]})
    return _json({})


@cache
def _batch(statements: int) -> Answer:
    return _json({"Responses": [{"TableName": TABLE}] * statements})


def _json(told: object) -> Answer:
    body = json.dumps(told).encode()
    checksum = {"x-amz-crc32": str(zlib.crc32(body))}
    return Answer(body=body, headers={"Content-Type": "application/x-amz-json-1.0", **checksum})


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Connection(answer, 0), HOST, port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(int(sys.argv[1])))
