"""Serves localstripe on a free port of loopback until its parent ends.

Its own program takes one given port of every address, and at each change writes all objects to one file in /tmp: two
would share that file, and filling one would take time by the square.
"""

import asyncio
import os
import signal
import socket

from aiohttp import web
from localstripe import resources

resources.Store.dump_to_disk = lambda store: None

from localstripe.server import app  # noqa: E402, the store is changed first


async def end_with_parent(_):
    parent = os.getppid()

    async def watch():
        while os.getppid() == parent:
            await asyncio.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)

    task = asyncio.create_task(watch())
    yield
    task.cancel()


app.cleanup_ctx.append(end_with_parent)
web.run_app(app, sock=socket.create_server(("127.0.0.1", 0)), access_log=None)
