"""`python -m benchmarks.s3 PORT --wait 0.04 --load FOLDER --as bucket/prefix`: serve until ended."""

import argparse
import asyncio
import contextlib
import gc
from pathlib import Path

from benchmarks.s3.http import Connection
from benchmarks.s3.objects import Objects

BACKLOG = 1024


def main() -> None:
    """Load the folder, then answer on 127.0.0.1."""
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("--wait", type=float, default=0.0, help="seconds before every answer")
    parser.add_argument("--load", type=Path, help="a folder whose files are there from the start")
    parser.add_argument("--as", dest="prefix", default="bench", help="the bucket and prefix that they get")
    given = parser.parse_args()
    objects = Objects()
    if given.load:
        objects.load(given.load, given.prefix)
    gc.freeze()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(objects, given.port, given.wait))


async def _serve(objects: Objects, port: int, wait: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Connection(objects.answer, wait), "127.0.0.1", port, backlog=BACKLOG
    )
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    main()
