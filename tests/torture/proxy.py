"""A small TCP proxy before a server, whose connections can be cut, fall silent or be lost."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

_PIECE = 64 * 1024
#: Closing with no time to linger sends a reset in place of an orderly end.
_RESET = struct.pack("ii", 1, 0)


class Proxy:
    """Forwards what comes at a port of this machine, in a thread of its own."""

    def __init__(self, upstream: Path | int) -> None:
        """Begins to listen. Takes a Unix socket, or another port of this machine."""
        self._upstream = upstream
        self._open = True
        self._writers: set[asyncio.StreamWriter] = set()
        self._lost: set[asyncio.StreamWriter] = set()
        self._given_up = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._speaking = asyncio.Event()
        self._speaking.set()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = self._run(asyncio.start_server(self._forward, "127.0.0.1", 0))
        self.port: int = self._server.sockets[0].getsockname()[1]

    def reset(self) -> int:
        """Resets all connections and tells how many those were."""
        return self._run(self._reset())

    def refuse(self, refused: bool) -> None:
        """Resets each new connection at once, or no longer."""
        self._open = not refused

    def silence(self, silent: bool) -> None:
        """Holds back what is sent in either direction; afterwards it arrives late."""
        change = self._speaking.clear if silent else self._speaking.set
        self._loop.call_soon_threadsafe(change)

    def lose(self) -> None:
        """Lets all that is sent on the connections there are vanish from now on; new ones work."""
        self._run(self._lose())

    def wait_for_give_up(self, seconds: float) -> bool:
        """Waits until somebody closes a connection that was lost; tells whether that came."""
        return self._given_up.wait(seconds)

    def close(self) -> None:
        """Ends listening and all connections."""
        self._loop.call_soon_threadsafe(self._server.close)
        self.silence(False)
        self.reset()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)

    async def _reset(self) -> int:
        count = len(self._writers)
        for writer in tuple(self._writers):
            _cut(writer)
        return count // 2

    async def _lose(self) -> None:
        self._lost |= self._writers

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._open:
            _cut(writer)
            return
        try:
            up_reader, up_writer = await self._connect()
        except OSError:
            _cut(writer)
            return
        pair = {writer, up_writer}
        self._writers |= pair
        pumps = (self._pump(reader, up_writer), self._pump(up_reader, writer))
        try:
            await asyncio.gather(*pumps, return_exceptions=True)
        finally:
            self._writers -= pair
            if pair & self._lost:
                self._lost -= pair
                self._given_up.set()
            for end in pair:
                end.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self._upstream, Path):
            return await asyncio.open_unix_connection(self._upstream)
        return await asyncio.open_connection("127.0.0.1", self._upstream)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(_PIECE):
                await self._speaking.wait()
                if writer in self._lost:
                    continue
                writer.write(data)
                await writer.drain()
        finally:
            writer.close()


def _cut(writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        end: socket.socket = writer.get_extra_info("socket")
        if end.family != socket.AF_UNIX:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()
